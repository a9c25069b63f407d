package random

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Nothing to do is no error.
func init() {
	t.Case(func(t *t.T) {
		t.Errno("getrandom", sys.Getrandom(nil), sys.OK)
	})
}
