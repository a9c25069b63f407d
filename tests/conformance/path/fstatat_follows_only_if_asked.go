package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// stat and lstat of the same name.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Symlink("f", "l")
		if s := t.Stat("l", true); s.Type != sys.TypeReg || s.Size != 3 {
			t.Errorf("following: %+v", s)
		}
		if s := t.Stat("l", false); s.Type != sys.TypeLink {
			t.Errorf("not following: %+v", s)
		}
	})
}
