package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Good for directories; ENOTDIR for files, as source and as target.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.File("f", "abc")
		t.Errno("directory", sys.Renameat(t.Dir, "d/", t.Dir, "e/"), sys.OK)
		t.Errno("file as source", sys.Renameat(t.Dir, "f/", t.Dir, "g"), sys.ENOTDIR)
		t.Errno("file as target", sys.Renameat(t.Dir, "f", t.Dir, "g/"), sys.ENOTDIR)
		t.Want("f", "abc")
		t.Stat("e", false)
	})
}
