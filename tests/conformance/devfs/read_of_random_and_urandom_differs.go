package devfs

import (
	"bytes"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Two reads of each, full buffers.
func init() {
	t.Case(func(t *t.T) {
		for _, p := range []string{"/dev/random", "/dev/urandom"} {
			fd := t.Abs(p, sys.RDONLY)
			a, b := make([]byte, 32), make([]byte, 32)
			n, e := sys.ReadFd(fd, a)
			t.Ret("read of "+p, n, e, 32, sys.OK)
			n, e = sys.ReadFd(fd, b)
			t.Ret("read of "+p, n, e, 32, sys.OK)
			if bytes.Equal(a, b) {
				t.Errorf("%s gave % x twice", p, a)
			}
		}
	})
}
