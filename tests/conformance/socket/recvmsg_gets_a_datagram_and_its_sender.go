package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// udp(7): "The receive operation returns only one packet."
func init() {
	t.Case(func(t *t.T) {
		server, client := open(t, sys.Inet, sys.Dgram), open(t, sys.Inet, sys.Dgram)
		t.OK("bind", sys.Bind(server, sys.Loopback(0)))
		t.OK("bind", sys.Bind(client, sys.Loopback(0)))
		to, e := sys.Getsockname(server)
		t.OK("getsockname", e)
		own, e := sys.Getsockname(client)
		t.OK("getsockname", e)
		for _, text := range []string{"hello", ""} {
			n, e := sys.Sendmsg(client, []byte(text), &to)
			t.Ret("sendmsg", n, e, len(text), sys.OK)
		}
		buf := make([]byte, 3)
		n, flags, _, from, e := sys.Recvmsg(server, buf, 0)
		t.Ret("recvmsg", n, e, 3, sys.OK)
		if flags&sys.MsgTrunc == 0 || from != own {
			t.Errorf("flags %#x from %+v", flags, from)
		}
		hear(t, server, "")
	})
}
