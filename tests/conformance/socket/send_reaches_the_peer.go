package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The peer counts the bytes that came before the end.
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "count")
		for range 10 {
			n, e := sys.Send(fd, make([]byte, 1000))
			t.Ret("send", n, e, 1000, sys.OK)
		}
		t.Errno("shutdown", sys.Shutdown(fd, sys.ShutWr), sys.OK)
		if got := drain(t, fd); got != "10000" {
			t.Errorf("the peer counted %q", got)
		}
	})
}
