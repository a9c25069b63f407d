package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// bind(2): EADDRINUSE "The given address is already in use."
func init() {
	t.Case(func(t *t.T) {
		_, addr := listen(t, 1)
		t.Errno("bind", sys.Bind(open(t, sys.Inet, sys.Stream), addr), sys.EADDRINUSE)
	})
}
