package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The inode stays as long as one name is left.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("a", "abc")
		t.OK("linkat", sys.Linkat(t.Dir, "a", t.Dir, "b", false))
		t.OK("unlinkat", sys.Unlinkat(t.Dir, "a", false))
		if s := t.Fstat(fd); s.Nlink != 1 {
			t.Errorf("%d links", s.Nlink)
		}
		t.Want("b", "abc")
	})
}
