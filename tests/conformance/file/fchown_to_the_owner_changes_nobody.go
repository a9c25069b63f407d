package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A file may be given to whose it is.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "")
		uid, gid, e := sys.Owner("f")
		t.OK("owner of f", e)
		t.Errno("fchown", sys.Fchown(fd, uid, gid), sys.OK)
		if u, g, e := sys.Owner("f"); u != uid || g != gid || e != sys.OK {
			t.Errorf("f belongs to %d:%d, %v; want %d:%d", u, g, e, uid, gid)
		}
		t.Errno("fchown of a closed descriptor", sys.Fchown(987, uid, gid), sys.EBADF)
	})
}
