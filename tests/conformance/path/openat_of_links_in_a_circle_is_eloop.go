package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A link to itself, two to each other, and one as a directory on the way.
func init() {
	t.Case(func(t *t.T) {
		t.Symlink("self", "self")
		t.Symlink("b", "a")
		t.Symlink("a", "b")
		for _, p := range []string{"self", "a", "b", "a/x", "self/"} {
			fd, e := sys.Openat(t.Dir, p, sys.RDONLY)
			t.NoFd("openat "+p, fd, e, sys.ELOOP)
		}
	})
}
