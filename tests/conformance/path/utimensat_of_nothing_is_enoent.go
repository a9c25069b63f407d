package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And below a file ENOTDIR.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Errno("utimensat x", sys.Utimensat(t.Dir, "x", true, sys.Now(), sys.Now()), sys.ENOENT)
		t.Errno("utimensat f/x", sys.Utimensat(t.Dir, "f/x", true, sys.Now(), sys.Now()), sys.ENOTDIR)
	})
}
