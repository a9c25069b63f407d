package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// unlink(2), EISDIR (POSIX: EPERM). WASI, path_unlink_file: "Return errno::isdir if the path refers to a directory."
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Errno("unlinkat d", sys.Unlinkat(t.Dir, "d", false), sys.EISDIR)
		t.Errno("unlinkat d/", sys.Unlinkat(t.Dir, "d/", false), sys.EISDIR)
		t.Stat("d", false)
	})
}
