package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Both can be made durable.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("fsync of a file", sys.Fsync(fd), sys.OK)
		t.Errno("fsync of a directory", sys.Fsync(t.Dir), sys.OK)
		t.Errno("fsync of nothing", sys.Fsync(9999), sys.EBADF)
	})
}
