package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// At any depth.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Mkdir("d/e")
		t.Errno("into d", sys.Renameat(t.Dir, "d", t.Dir, "d/x"), sys.EINVAL)
		t.Errno("into d/e", sys.Renameat(t.Dir, "d", t.Dir, "d/e/x"), sys.EINVAL)
		t.Stat("d/e", false)
	})
}
