package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// rmdir(2). WASI, path_remove_directory: "Return errno::notempty if the directory is not empty."
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.File("d/f", "")
		t.Errno("rmdir d", sys.Unlinkat(t.Dir, "d", true), sys.ENOTEMPTY)
		t.OK("unlinkat", sys.Unlinkat(t.Dir, "d/f", false))
		t.Errno("rmdir d", sys.Unlinkat(t.Dir, "d", true), sys.OK)
		t.Gone("d")
	})
}
