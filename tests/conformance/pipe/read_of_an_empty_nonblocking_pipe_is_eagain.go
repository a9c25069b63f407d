package pipe

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And works once there is something.
func init() {
	t.Case(func(t *t.T) {
		r, w := open(t)
		t.OK("setfl", sys.Setfl(r, sys.NONBLOCK))
		n, e := sys.ReadFd(r, make([]byte, 4))
		t.Ret("read", n, e, 0, sys.EAGAIN)
		t.Write(w, "abc")
		n, e = sys.ReadFd(r, make([]byte, 4))
		t.Ret("read", n, e, 3, sys.OK)
	})
}
