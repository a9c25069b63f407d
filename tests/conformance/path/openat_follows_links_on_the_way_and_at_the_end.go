package path

import (
	"gopherix/conformance/t"
)

// Relative targets count from the link's own directory.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Mkdir("d/e")
		t.File("d/f", "abc")
		t.Symlink("../f", "d/e/up")
		t.Symlink("d/e", "down")
		t.Symlink("down/up", "both")
		for _, p := range []string{"d/e/up", "down/up", "both", "down/../f", "./both"} {
			t.Want(p, "abc")
		}
	})
}
