package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// As a file and as a directory.
func init() {
	t.Case(func(t *t.T) {
		t.Errno("unlinkat", sys.Unlinkat(t.Dir, "x", false), sys.ENOENT)
		t.Errno("unlinkat", sys.Unlinkat(t.Dir, "x", true), sys.ENOENT)
		t.Errno("unlinkat", sys.Unlinkat(t.Dir, "", false), sys.ENOENT)
	})
}
