package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// connect(2): EISCONN "The socket is already connected."
func init() {
	t.Case(func(t *t.T) {
		client, _ := tcp(t)
		addr, e := sys.Getpeername(client)
		t.OK("getpeername", e)
		t.Errno("connect", sys.Connect(client, addr), sys.EISCONN)
	})
}
