package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// lstat finds the link, stat nothing.
func init() {
	t.Case(func(t *t.T) {
		t.Symlink("nowhere", "l")
		t.Stat("l", false)
		_, e := sys.Fstatat(t.Dir, "l", true)
		t.Errno("stat l", e, sys.ENOENT)
	})
}
