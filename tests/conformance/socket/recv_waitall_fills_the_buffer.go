package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// MSG_WAITALL; recv_waitall: "On byte-stream sockets, block until the full amount of data can be returned." Half of it
// is sent, then the other half: the echo may come in two pieces.
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "echo")
		for _, s := range []string{"abcd", "efgh"} {
			n, e := sys.Send(fd, []byte(s))
			t.Ret("send", n, e, 4, sys.OK)
		}
		buf := make([]byte, 8)
		n, e := sys.Recv(fd, buf, sys.WaitAll)
		t.Ret("recv", n, e, 8, sys.OK)
		if string(buf) != "abcdefgh" {
			t.Errorf("recv gave %q", buf)
		}
	})
}
