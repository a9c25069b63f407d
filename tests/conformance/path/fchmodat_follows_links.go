package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The mode of a link itself is nobody's business.
func init() {
	t.Case(func(t *t.T) {
		want := func(name string, mode uint32) {
			if m, e := sys.Mode(name); m != mode || e != sys.OK {
				t.Errorf("mode of %s = %o, %v; want %o", name, m, e, mode)
			}
		}
		t.File("f", "")
		t.Symlink("f", "l")
		before, _ := sys.Mode("l")
		t.Errno("fchmodat l", sys.Fchmodat(t.Dir, "l", 0o640), sys.OK)
		want("f", 0o640)
		want("l", before)
	})
}
