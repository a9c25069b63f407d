package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Nothing is replaced.
func init() {
	t.Case(func(t *t.T) {
		t.File("a", "abc")
		t.File("b", "old")
		t.Mkdir("d")
		t.Symlink("nowhere", "l")
		for _, p := range []string{"b", "d", "l", "a"} {
			t.Errno("linkat "+p, sys.Linkat(t.Dir, "a", t.Dir, p, false), sys.EEXIST)
		}
		t.Want("b", "old")
	})
}
