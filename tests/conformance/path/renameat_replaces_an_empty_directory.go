package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A directory goes over an empty one, with its content.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("a")
		t.File("a/f", "abc")
		t.Mkdir("b")
		t.Errno("renameat", sys.Renameat(t.Dir, "a", t.Dir, "b"), sys.OK)
		t.Gone("a")
		t.Want("b/f", "abc")
	})
}
