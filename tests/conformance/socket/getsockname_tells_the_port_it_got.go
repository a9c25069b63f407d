package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// ip(7): "an ephemeral port" for port 0; the peer's names are the other's.
func init() {
	t.Case(func(t *t.T) {
		client, server := tcp(t)
		near, e := sys.Getsockname(client)
		t.OK("getsockname", e)
		far, e := sys.Getpeername(server)
		t.OK("getpeername", e)
		if near != far || near.Port == 0 || near.IP != sys.Loopback(0).IP {
			t.Errorf("%+v and %+v", near, far)
		}
	})
}
