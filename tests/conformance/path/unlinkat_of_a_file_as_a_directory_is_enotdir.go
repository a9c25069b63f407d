package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Links to directories included: rmdir follows none.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "")
		t.Mkdir("d")
		t.Symlink("d", "l")
		t.Errno("rmdir f", sys.Unlinkat(t.Dir, "f", true), sys.ENOTDIR)
		t.Errno("rmdir l", sys.Unlinkat(t.Dir, "l", true), sys.ENOTDIR)
		t.Stat("d", false)
	})
}
