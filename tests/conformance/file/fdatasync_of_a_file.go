package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// As fsync, without the times.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("fdatasync of a file", sys.Fdatasync(fd), sys.OK)
		t.Errno("fdatasync of nothing", sys.Fdatasync(9999), sys.EBADF)
	})
}
