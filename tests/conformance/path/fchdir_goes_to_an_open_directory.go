package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A file is ENOTDIR, a closed descriptor EBADF.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.File("d/f", "")
		d := t.Open(t.Dir, "d", sys.RDONLY|sys.DIRECTORY)
		t.Errno("fchdir", sys.Fchdir(d), sys.OK)
		if _, e := sys.Mode("f"); e != sys.OK {
			t.Errorf("f after fchdir: %v", e)
		}
	})
}
