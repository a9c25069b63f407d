package file

import (
	"math"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// EOVERFLOW in POSIX, EINVAL on Linux where the sum turns negative.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "0123456789")
		_, e := sys.Lseek(fd, math.MaxInt64, sys.SeekEnd)
		t.Errno("lseek(MaxInt64, SEEK_END)", e, sys.EINVAL, sys.EOVERFLOW)
		at, e := sys.Lseek(fd, 0, sys.SeekCur)
		t.Ret64("lseek", at, e, 0, sys.OK)
	})
}
