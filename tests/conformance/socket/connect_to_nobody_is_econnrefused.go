package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// connect(2): ECONNREFUSED "A connect() on a stream socket found no one listening on the remote address."
func init() {
	t.Case(func(t *t.T) {
		listener, addr := listen(t, 1)
		t.OK("close", sys.Close(listener))
		t.Errno("connect", sys.Connect(open(t, sys.Inet, sys.Stream), addr), sys.ECONNREFUSED)
	})
}
