package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// socket(7), SO_LINGER; what was received can be read, then ECONNRESET once.
func init() {
	t.Case(func(t *t.T) {
		client, server := tcp(t)
		say(t, client, "last")
		t.OK("setsockopt", sys.SetLinger(client, 0))
		t.Close(client)
		hear(t, server, "last")
		_, _, _, _, e := sys.Recvmsg(server, make([]byte, 9), 0)
		t.Errno("recvmsg", e, sys.ECONNRESET)
		hear(t, server, "")
		_, e = sys.Sendmsg(server, []byte("x"), nil)
		t.Errno("sendmsg", e, sys.EPIPE)
	})
}
