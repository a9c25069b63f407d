package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Files and directories; ENOENT for nothing.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		for p, want := range map[string]sys.Errno{"f": sys.EINVAL, ".": sys.EINVAL, "x": sys.ENOENT, "f/x": sys.ENOTDIR} {
			_, e := sys.Readlinkat(t.Dir, p, make([]byte, 10))
			t.Errno("readlinkat "+p, e, want)
		}
	})
}
