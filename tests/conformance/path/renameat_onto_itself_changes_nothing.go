package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// rename(2): "If oldpath and newpath are existing hard links referring to the same file, then rename() does nothing".
func init() {
	t.Case(func(t *t.T) {
		t.File("a", "abc")
		t.OK("linkat", sys.Linkat(t.Dir, "a", t.Dir, "b", false))
		t.Errno("renameat a a", sys.Renameat(t.Dir, "a", t.Dir, "a"), sys.OK)
		t.Errno("renameat a b", sys.Renameat(t.Dir, "a", t.Dir, "b"), sys.OK)
		t.Want("a", "abc")
		t.Want("b", "abc")
	})
}
