package pipe

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Each end has one direction.
func init() {
	t.Case(func(t *t.T) {
		r, w := open(t)
		_, e := sys.ReadFd(w, make([]byte, 4))
		t.Errno("read of the writing end", e, sys.EBADF)
		_, e = sys.WriteFd(r, []byte("x"))
		t.Errno("write to the reading end", e, sys.EBADF)
	})
}
