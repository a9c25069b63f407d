package file

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A negative result is refused and the offset stays.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "0123456789")
		for whence, off := range []int64{-1, -1, -11} {
			at, e := sys.Lseek(fd, off, whence)
			t.Ret64(fmt.Sprintf("lseek(%d, %d)", off, whence), at, e, 0, sys.EINVAL)
		}
		at, e := sys.Lseek(fd, 0, sys.SeekCur)
		t.Ret64("lseek", at, e, 0, sys.OK)
	})
}
