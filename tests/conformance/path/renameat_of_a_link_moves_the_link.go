package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And a rename over a link replaces the link, not its target.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Symlink("f", "l")
		t.Errno("renameat l m", sys.Renameat(t.Dir, "l", t.Dir, "m"), sys.OK)
		if s := t.Stat("m", false); s.Type != sys.TypeLink {
			t.Errorf("m is a %s", s.Type)
		}
		t.File("g", "new")
		t.Errno("renameat g m", sys.Renameat(t.Dir, "g", t.Dir, "m"), sys.OK)
		t.Want("m", "new")
		t.Want("f", "abc")
	})
}
