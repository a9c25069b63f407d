package pipe

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Both ends.
func init() {
	t.Case(func(t *t.T) {
		r, w := open(t)
		if a, b := t.Fstat(r), t.Fstat(w); a.Type != sys.TypeFifo || b.Type != sys.TypeFifo {
			t.Errorf("%s and %s", a.Type, b.Type)
		}
	})
}
