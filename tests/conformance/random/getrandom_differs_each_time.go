package random

import (
	"bytes"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// 32 bytes twice.
func init() {
	t.Case(func(t *t.T) {
		a, b := make([]byte, 32), make([]byte, 32)
		t.OK("getrandom", sys.Getrandom(a))
		t.OK("getrandom", sys.Getrandom(b))
		if bytes.Equal(a, b) || bytes.Equal(a, make([]byte, 32)) {
			t.Errorf("% x and % x", a, b)
		}
	})
}
