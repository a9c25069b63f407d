package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// O_DIRECTORY: ENOTDIR for anything else, a link to a file included.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Symlink("f", "l")
		for _, p := range []string{"f", "l"} {
			fd, e := sys.Openat(t.Dir, p, sys.RDONLY|sys.DIRECTORY)
			t.NoFd("openat "+p, fd, e, sys.ENOTDIR)
		}
	})
}
