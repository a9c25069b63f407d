package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// recv gives 0 bytes from then on.
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "echo")
		t.Errno("shutdown", sys.Shutdown(fd, sys.ShutRd), sys.OK)
		n, e := sys.Recv(fd, make([]byte, 8), 0)
		t.Ret("recv", n, e, 0, sys.OK)
	})
}
