package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Of files and of directories.
func init() {
	t.Case(func(t *t.T) {
		want := func(name string, mode uint32) {
			if m, e := sys.Mode(name); m != mode || e != sys.OK {
				t.Errorf("mode of %s = %o, %v; want %o", name, m, e, mode)
			}
		}
		t.File("f", "")
		t.Mkdir("d")
		for _, mode := range []uint32{0o600, 0o751, 0o1644, 0o444} {
			t.Errno("fchmodat f", sys.Fchmodat(t.Dir, "f", mode), sys.OK)
			want("f", mode)
		}
		t.Errno("fchmodat d", sys.Fchmodat(t.Dir, "d", 0o1700), sys.OK)
		want("d", 0o1700)
	})
}
