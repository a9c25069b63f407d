package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The second close finds nothing.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "")
		t.Close(fd)
		t.Errno("second close", sys.Close(fd), sys.EBADF)
		t.Errno("close of -1", sys.Close(-1), sys.EBADF)
	})
}
