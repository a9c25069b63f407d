package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// send(2), EPIPE.
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "count")
		t.OK("shutdown", sys.Shutdown(fd, sys.ShutWr))
		n, e := sys.Send(fd, []byte("x"))
		t.Ret("send", n, e, 0, sys.EPIPE)
		if got := drain(t, fd); got != "0" {
			t.Errorf("the peer counted %q", got)
		}
	})
}
