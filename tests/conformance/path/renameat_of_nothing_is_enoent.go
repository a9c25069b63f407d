package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A missing source, a missing parent of the target, empty names.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Errno("missing source", sys.Renameat(t.Dir, "x", t.Dir, "y"), sys.ENOENT)
		t.Errno("missing parent", sys.Renameat(t.Dir, "f", t.Dir, "x/y"), sys.ENOENT)
		t.Errno("empty source", sys.Renameat(t.Dir, "", t.Dir, "y"), sys.ENOENT)
		t.Errno("empty target", sys.Renameat(t.Dir, "f", t.Dir, ""), sys.ENOENT)
		t.Want("f", "abc")
	})
}
