package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A file may be given to whose it is.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "")
		t.Symlink("f", "l")
		uid, gid, e := sys.Owner("f")
		t.OK("owner of f", e)
		t.Errno("fchownat f", sys.Fchownat(t.Dir, "f", uid, gid, true), sys.OK)
		t.Errno("fchownat l", sys.Fchownat(t.Dir, "l", uid, gid, false), sys.OK)
		if u, g, e := sys.Owner("f"); u != uid || g != gid || e != sys.OK {
			t.Errorf("f belongs to %d:%d, %v; want %d:%d", u, g, e, uid, gid)
		}
	})
}
