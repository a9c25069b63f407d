package devfs

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And writes vanish.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Abs("/dev/null", sys.RDWR)
		n, e := sys.ReadFd(fd, make([]byte, 8))
		t.Ret("read", n, e, 0, sys.OK)
		n, e = sys.WriteFd(fd, make([]byte, 100_000))
		t.Ret("write", n, e, 100_000, sys.OK)
	})
}
