package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A dangling link leads to nothing too.
func init() {
	t.Case(func(t *t.T) {
		t.Symlink("nowhere", "l")
		for _, name := range []string{"no", "l"} {
			t.Errno("fchmodat "+name, sys.Fchmodat(t.Dir, name, 0o600), sys.ENOENT)
		}
	})
}
