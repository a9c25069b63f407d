package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// unix(7): SOCK_SEQPACKET "preserves message boundaries".
func init() {
	t.Case(func(t *t.T) {
		a, b := pair(t, sys.SeqPacket)
		say(t, a, "hello")
		say(t, a, "world")
		buf := make([]byte, 3)
		n, flags, _, _, e := sys.Recvmsg(b, buf, 0)
		t.Ret("recvmsg", n, e, 3, sys.OK)
		if flags&sys.MsgTrunc == 0 {
			t.Errorf("flags %#x without MSG_TRUNC", flags)
		}
		hear(t, b, "world")
	})
}
