package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// MSG_PEEK; recv_peek: "Returns the message without removing it from the socket's receive queue."
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "say hello")
		buf := make([]byte, 5)
		n, e := sys.Recv(fd, buf, sys.Peek|sys.WaitAll)
		t.Ret("recv to peek", n, e, 5, sys.OK)
		n, e = sys.Recv(fd, buf, sys.WaitAll)
		t.Ret("recv", n, e, 5, sys.OK)
		if string(buf) != "hello" {
			t.Errorf("recv gave %q", buf)
		}
	})
}
