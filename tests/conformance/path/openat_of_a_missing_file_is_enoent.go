package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// At the end of the path and in the middle.
func init() {
	t.Case(func(t *t.T) {
		for _, p := range []string{"nothing", "nothing/below", ""} {
			fd, e := sys.Openat(t.Dir, p, sys.RDONLY)
			t.NoFd("openat "+p, fd, e, sys.ENOENT)
		}
		fd, e := sys.Openat(t.Dir, "nothing/f", sys.WRONLY|sys.CREAT)
		t.NoFd("create below nothing", fd, e, sys.ENOENT)
	})
}
