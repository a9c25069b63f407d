package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// After SHUT_WR the peer sees the end and everything it sent still arrives.
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "echo")
		n, e := sys.Send(fd, []byte("last words"))
		t.Ret("send", n, e, 10, sys.OK)
		t.Errno("shutdown", sys.Shutdown(fd, sys.ShutWr), sys.OK)
		if got := drain(t, fd); got != "last words" {
			t.Errorf("recv gave %q", got)
		}
	})
}
