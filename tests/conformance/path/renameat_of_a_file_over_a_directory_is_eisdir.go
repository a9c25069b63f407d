package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And of a directory over a file ENOTDIR.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Mkdir("d")
		t.Errno("file over directory", sys.Renameat(t.Dir, "f", t.Dir, "d"), sys.EISDIR)
		t.Errno("directory over file", sys.Renameat(t.Dir, "d", t.Dir, "f"), sys.ENOTDIR)
		t.Want("f", "abc")
		t.Stat("d", false)
	})
}
