package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// It lives on as long as it is open.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.OK("unlinkat", sys.Unlinkat(t.Dir, "f", false))
		if s := t.Fstat(fd); s.Nlink != 0 || s.Size != 3 {
			t.Errorf("fstat: %+v", s)
		}
	})
}
