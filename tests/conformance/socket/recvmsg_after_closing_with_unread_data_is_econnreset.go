package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// unix(7) says nothing of it; Linux tells the reader once what the writer learns by EPIPE.
func init() {
	t.Case(func(t *t.T) {
		a, b := pair(t, sys.Stream)
		say(t, b, "unread")
		say(t, a, "hello")
		t.Close(a)
		_, e := sys.Sendmsg(b, []byte("x"), nil)
		t.Errno("sendmsg", e, sys.EPIPE)
		hear(t, b, "hello")
		_, _, _, _, e = sys.Recvmsg(b, make([]byte, 9), 0)
		t.Errno("recvmsg", e, sys.ECONNRESET)
		hear(t, b, "")
	})
}
