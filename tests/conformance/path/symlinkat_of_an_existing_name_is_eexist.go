package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A dangling link is a name too.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Symlink("nowhere", "l")
		t.Errno("symlinkat f", sys.Symlinkat("x", t.Dir, "f"), sys.EEXIST)
		t.Errno("symlinkat l", sys.Symlinkat("x", t.Dir, "l"), sys.EEXIST)
	})
}
