package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// rename(2): ENOTEMPTY or EEXIST.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("a")
		t.Mkdir("b")
		t.File("b/f", "abc")
		t.Errno("renameat", sys.Renameat(t.Dir, "a", t.Dir, "b"), sys.ENOTEMPTY, sys.EEXIST)
		t.Want("b/f", "abc")
		t.Stat("a", false)
	})
}
