package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// tcp(7): the first is answered by a reset, the second is EPIPE.
func init() {
	t.Case(func(t *t.T) {
		client, server := tcp(t)
		t.Close(client)
		hear(t, server, "")
		say(t, server, "x")
		_, e := sys.Sendmsg(server, []byte("x"), nil)
		t.Errno("sendmsg", e, sys.EPIPE)
	})
}
