package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Whatever the name means, a dangling link included.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "")
		t.Mkdir("d")
		t.Symlink("nowhere", "l")
		for _, p := range []string{"f", "d", "d/", "l", ".", "d/.."} {
			t.Errno("mkdirat "+p, sys.Mkdirat(t.Dir, p), sys.EEXIST)
		}
		t.Gone("nowhere")
	})
}
