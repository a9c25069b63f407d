package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// SOCK_NONBLOCK of accept4(2); fdflags::nonblock of sock_accept. Nothing has come yet: EAGAIN.
func init() {
	t.Case(func(t *t.T) {
		listener := t.Env("CONFORMANCE_LISTEN_FD", "WASI preview 1 cannot make a listener, one must be handed in")
		for {
			_, e := sys.Poll([]sys.Sub{{Kind: sys.Read, Fd: listener}})
			t.OK("poll", e)
			fd, e := sys.Accept(listener, sys.NONBLOCK)
			if e == sys.EAGAIN {
				continue
			}
			t.OK("accept", e)
			t.Later(fd)
			n, e := sys.Recv(fd, make([]byte, 8), 0)
			t.Ret("recv", n, e, 0, sys.EAGAIN)
			fl, e := sys.Getfl(fd)
			t.Ret("getfl", fl&sys.NONBLOCK, e, sys.NONBLOCK, sys.OK)
			return
		}
	})
}
