package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A directory's name may end in one.
func init() {
	t.Case(func(t *t.T) {
		t.Errno("mkdirat d/", sys.Mkdirat(t.Dir, "d/"), sys.OK)
		if s := t.Stat("d", false); s.Type != sys.TypeDir {
			t.Errorf("d is a %s", s.Type)
		}
	})
}
