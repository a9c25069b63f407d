package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The data stays as it was.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		before := t.Stat("f", false)
		t.OK("fchmodat", sys.Fchmodat(t.Dir, "f", 0o600))
		if s := t.Stat("f", false); s.Mtim != before.Mtim || s.Ctim < before.Ctim {
			t.Errorf("mtime %d, ctime %d; were %d, %d", s.Mtim, s.Ctim, before.Mtim, before.Ctim)
		}
	})
}
