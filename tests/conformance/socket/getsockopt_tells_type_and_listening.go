package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// socket(7): SO_TYPE, SO_ACCEPTCONN.
func init() {
	t.Case(func(t *t.T) {
		listener, _ := listen(t, 1)
		for option, want := range map[int]int{sys.SoType: sys.Stream, sys.SoAcceptConn: 1} {
			got, e := sys.Getsockopt(listener, sys.SolSocket, option)
			t.Ret("getsockopt", got, e, want, sys.OK)
		}
		_, e := sys.Getsockopt(listener, sys.SolSocket, 9999)
		t.Errno("getsockopt", e, sys.ENOPROTOOPT)
	})
}
