package dir

import (
	"gopherix/conformance/t"
)

// A listing that begins anew shows what was made meanwhile.
func init() {
	t.Case(func(t *t.T) {
		t.File("a", "")
		first := t.Names(t.Dir, 4096)
		t.File("b", "")
		second := t.Names(t.Dir, 4096)
		if len(first) != 1 || len(second) != 2 {
			t.Errorf("first %q, then %q", first, second)
		}
	})
}
