package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// open(2), EISDIR.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		for _, flags := range []int{sys.WRONLY, sys.RDWR, sys.RDWR | sys.TRUNC} {
			fd, e := sys.Openat(t.Dir, "d", flags)
			t.NoFd("openat d", fd, e, sys.EISDIR)
		}
	})
}
