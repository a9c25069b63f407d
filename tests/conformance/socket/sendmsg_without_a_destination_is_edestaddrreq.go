package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// udp(7): EDESTADDRREQ "The socket is not connection-mode, and no peer address is set."
func init() {
	t.Case(func(t *t.T) {
		_, e := sys.Sendmsg(open(t, sys.Inet, sys.Dgram), []byte("x"), nil)
		t.Errno("sendmsg", e, sys.EDESTADDRREQ)
	})
}
