package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Linux stores any target. WASI hosts may refuse it, since no descriptor would contain it: "absolute paths are not
// permitted" (ENOTCAPABLE, EPERM), or store it and refuse to follow.
func init() {
	t.Case(func(t *t.T) {
		e := sys.Symlinkat("/nowhere", t.Dir, "l")
		if sys.Port != "wasip1" {
			t.Errno("symlinkat", e, sys.OK)
			fd, e := sys.Openat(t.Dir, "l", sys.RDONLY)
			t.NoFd("openat l", fd, e, sys.ENOENT)
			return
		}
		t.Errno("symlinkat", e, sys.OK, sys.ENOTCAPABLE, sys.EPERM)
		fd, e := sys.Openat(t.Dir, "l", sys.RDONLY)
		t.NoFd("openat l", fd, e, sys.ENOENT, sys.ENOTCAPABLE, sys.EPERM)
	})
}
