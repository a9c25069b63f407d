package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Both times come back to the nanosecond; ctime moves to the present.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		const a, m = 1_111_111_111_000_000_001, 1_222_222_222_999_999_999
		t.Errno("utimensat", sys.Utimensat(t.Dir, "f", true, sys.At(a), sys.At(m)), sys.OK)
		if s := t.Stat("f", true); s.Atim != a || s.Mtim != m || s.Ctim <= m {
			t.Errorf("%+v", s)
		}
	})
}
