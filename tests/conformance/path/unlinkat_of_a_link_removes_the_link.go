package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And not what it names.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Symlink("f", "l")
		t.Errno("unlinkat l", sys.Unlinkat(t.Dir, "l", false), sys.OK)
		t.Gone("l")
		t.Want("f", "abc")
	})
}
