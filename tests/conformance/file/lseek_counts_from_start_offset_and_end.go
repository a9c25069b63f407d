package file

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The three kinds of whence, and the offset that comes back.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "0123456789")
		for _, c := range []struct {
			off    int64
			whence int
			want   int64
		}{{4, sys.SeekSet, 4}, {3, sys.SeekCur, 7}, {-2, sys.SeekCur, 5}, {-1, sys.SeekEnd, 9}, {5, sys.SeekEnd, 15}} {
			at, e := sys.Lseek(fd, c.off, c.whence)
			t.Ret64(fmt.Sprintf("lseek(%d, %d)", c.off, c.whence), at, e, c.want, sys.OK)
		}
	})
}
