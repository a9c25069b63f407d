package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// An empty target as well: symlink(2), ENOENT.
func init() {
	t.Case(func(t *t.T) {
		t.Errno("empty target", sys.Symlinkat("", t.Dir, "l"), sys.ENOENT)
		t.Errno("empty name", sys.Symlinkat("x", t.Dir, ""), sys.ENOENT)
		t.Errno("missing parent", sys.Symlinkat("x", t.Dir, "d/l"), sys.ENOENT)
	})
}
