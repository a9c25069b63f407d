package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// ftruncate(2), EINVAL. WASI's size is unsigned: beyond 2^63 is as wrong there (EFBIG is POSIX's other name for it).
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("ftruncate to -1", sys.Ftruncate(fd, -1), sys.EINVAL, sys.EFBIG)
		t.Want("f", "abc")
	})
}
