package process

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And answers the old one.
func init() {
	t.Case(func(t *t.T) {
		old := sys.Umask(0o027)
		defer sys.Umask(old)
		if got := sys.Umask(0o027); got != 0o027 {
			t.Errorf("umask = %o, want 27", got)
		}
		t.File("f", "")
		t.Mkdir("d")
		for name, mode := range map[string]uint32{"f": 0o640, "d": 0o750} {
			if m, e := sys.Mode(name); m&0o777 != mode || e != sys.OK {
				t.Errorf("mode of %s = %o, %v; want %o", name, m, e, mode)
			}
		}
	})
}
