package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The peer has closed: 0 bytes, again and again.
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "bye")
		for range 2 {
			n, e := sys.Recv(fd, make([]byte, 8), 0)
			t.Ret("recv", n, e, 0, sys.OK)
		}
	})
}
