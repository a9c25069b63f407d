package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// But a dangling link itself is something.
func init() {
	t.Case(func(t *t.T) {
		t.Symlink("nowhere", "l")
		uid, gid, e := sys.Owner("l")
		t.OK("owner of l", e)
		t.Errno("fchownat no", sys.Fchownat(t.Dir, "no", uid, gid, true), sys.ENOENT)
		t.Errno("fchownat l", sys.Fchownat(t.Dir, "l", uid, gid, true), sys.ENOENT)
		t.Errno("fchownat l itself", sys.Fchownat(t.Dir, "l", uid, gid, false), sys.OK)
	})
}
