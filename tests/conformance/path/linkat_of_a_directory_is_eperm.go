package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// link(2), EPERM.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Errno("linkat d", sys.Linkat(t.Dir, "d", t.Dir, "e", false), sys.EPERM)
		t.Gone("e")
	})
}
