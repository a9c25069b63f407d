package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A slash asks for a directory.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Errno("unlinkat f/", sys.Unlinkat(t.Dir, "f/", false), sys.ENOTDIR)
		t.Want("f", "abc")
	})
}
