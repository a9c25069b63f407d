package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A directory's descriptor stays with the directory, not with its name.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("old")
		t.File("old/f", "abc")
		dir := t.Open(t.Dir, "old", sys.RDONLY|sys.DIRECTORY)
		t.OK("renameat", sys.Renameat(t.Dir, "old", t.Dir, "new"))
		if got := t.Rest(t.Open(dir, "f", sys.RDONLY)); got != "abc" {
			t.Errorf("read gave %q", got)
		}
	})
}
