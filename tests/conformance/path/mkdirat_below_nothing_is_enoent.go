package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And below a file ENOTDIR, and by an empty name ENOENT.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "")
		t.Errno("mkdirat a/b", sys.Mkdirat(t.Dir, "a/b"), sys.ENOENT)
		t.Errno("mkdirat f/b", sys.Mkdirat(t.Dir, "f/b"), sys.ENOTDIR)
		t.Errno("mkdirat of nothing", sys.Mkdirat(t.Dir, ""), sys.ENOENT)
	})
}
