package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A file is no directory on the way, with `.` and `..` after it too.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		for _, p := range []string{"f/x", "f/.", "f/..", "f/../f", "f/"} {
			fd, e := sys.Openat(t.Dir, p, sys.RDONLY)
			t.NoFd("openat "+p, fd, e, sys.ENOTDIR)
		}
	})
}
