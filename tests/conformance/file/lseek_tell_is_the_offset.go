package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// fd_tell: "Return the current offset of a file descriptor. Note: This is similar to lseek(fd, 0, SEEK_CUR) in POSIX."
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "0123456789")
		for _, off := range []int64{0, 7, 1 << 33} {
			_, e := sys.Lseek(fd, off, sys.SeekSet)
			t.OK("lseek", e)
			at, e := sys.Tell(fd)
			t.Ret64("tell", at, e, off, sys.OK)
		}
		_, e := sys.Tell(9999)
		t.Errno("tell of nothing", e, sys.EBADF)
	})
}
