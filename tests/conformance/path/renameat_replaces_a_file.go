package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// In one step; who had the old file open keeps it.
func init() {
	t.Case(func(t *t.T) {
		t.File("a", "new")
		old := t.Create("b", "old")
		t.Errno("renameat", sys.Renameat(t.Dir, "a", t.Dir, "b"), sys.OK)
		t.Gone("a")
		t.Want("b", "new")
		if got := t.Rest(old); got != "old" {
			t.Errorf("the replaced file reads %q", got)
		}
	})
}
