package random

import (
	"bytes"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The bytes around are untouched.
func init() {
	t.Case(func(t *t.T) {
		buf := make([]byte, 64)
		t.OK("getrandom", sys.Getrandom(buf[16:32]))
		if !bytes.Equal(buf[:16], make([]byte, 16)) || !bytes.Equal(buf[32:], make([]byte, 32)) {
			t.Errorf("% x", buf)
		}
	})
}
