package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Users can give nothing away.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "")
		uid, gid, e := sys.Owner("f")
		t.OK("owner of f", e)
		if !sys.Superuser() {
			t.Errno("fchownat", sys.Fchownat(t.Dir, "f", uid+1, gid, true), sys.EPERM)
			return
		}
		t.Errno("fchownat", sys.Fchownat(t.Dir, "f", 7, 8, true), sys.OK)
		if u, g, e := sys.Owner("f"); u != 7 || g != 8 || e != sys.OK {
			t.Errorf("f belongs to %d:%d, %v; want 7:8", u, g, e)
		}
	})
}
