package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A missing source or parent; ENOTDIR below a file.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Errno("missing source", sys.Linkat(t.Dir, "x", t.Dir, "y", false), sys.ENOENT)
		t.Errno("missing parent", sys.Linkat(t.Dir, "f", t.Dir, "x/y", false), sys.ENOENT)
		t.Errno("below a file", sys.Linkat(t.Dir, "f", t.Dir, "f/y", false), sys.ENOTDIR)
	})
}
