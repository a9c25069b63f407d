package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// getpeername(2): ENOTCONN "The socket is not connected."
func init() {
	t.Case(func(t *t.T) {
		_, e := sys.Getpeername(open(t, sys.Inet, sys.Stream))
		t.Errno("getpeername", e, sys.ENOTCONN)
	})
}
