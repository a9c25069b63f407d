package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// An open file can be made durable; nothing cannot.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("fsync of a file", sys.Fsync(fd), sys.OK)
		t.Errno("fsync of nothing", sys.Fsync(9999), sys.EBADF)
	})
}
