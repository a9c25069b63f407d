package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// socket(7), SO_SNDBUF: "The kernel doubles this value".
func init() {
	t.Case(func(t *t.T) {
		fd := open(t, sys.Inet, sys.Stream)
		t.OK("setsockopt", sys.Setsockopt(fd, sys.SolSocket, sys.SoSndbuf, 10000))
		got, e := sys.Getsockopt(fd, sys.SolSocket, sys.SoSndbuf)
		t.Ret("getsockopt", got, e, 20000, sys.OK)
		t.OK("setsockopt", sys.Setsockopt(fd, sys.SolTCP, sys.TCPNoDelay, 7))
		got, e = sys.Getsockopt(fd, sys.SolTCP, sys.TCPNoDelay)
		t.Ret("getsockopt", got, e, 1, sys.OK)
	})
}
