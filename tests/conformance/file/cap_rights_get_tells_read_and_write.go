package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The rights say what the descriptor was opened for.
func init() {
	t.Case(func(t *t.T) {
		t.WASIOnly("Linux has no rights on descriptors")
		t.File("f", "")
		for mode, want := range map[int]sys.Rights{sys.RDONLY: sys.RightFdRead, sys.WRONLY: sys.RightFdWrite, sys.RDWR: sys.RightFdRead | sys.RightFdWrite} {
			base, _, e := sys.CapRightsGet(t.Open(t.Dir, "f", mode))
			if e != sys.OK || base&(sys.RightFdRead|sys.RightFdWrite) != want {
				t.Errorf("mode %d: rights %#x, %v", mode, base, e)
			}
		}
		base, inheriting, e := sys.CapRightsGet(t.Dir)
		if e != sys.OK || base&sys.RightPathOpen == 0 || inheriting&sys.RightFdRead == 0 {
			t.Errorf("directory: rights %#x, inheriting %#x, %v", base, inheriting, e)
		}
		_, _, e = sys.CapRightsGet(9999)
		t.Errno("rights of nothing", e, sys.EBADF)
	})
}
