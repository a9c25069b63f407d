package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// There is no fourth kind that all systems have.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		at, e := sys.Lseek(fd, 0, 9)
		t.Ret64("lseek with whence 9", at, e, 0, sys.EINVAL)
	})
}
