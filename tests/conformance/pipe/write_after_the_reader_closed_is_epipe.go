package pipe

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The signal aside (Go ignores SIGPIPE but for standard output).
func init() {
	t.Case(func(t *t.T) {
		r, w := open(t)
		t.Close(r)
		n, e := sys.WriteFd(w, []byte("abc"))
		t.Ret("write", n, e, 0, sys.EPIPE)
	})
}
