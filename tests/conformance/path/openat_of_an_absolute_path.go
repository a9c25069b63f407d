package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// On Linux the descriptor does not count then. WASI has no root: "absolute paths are not permitted", ENOTCAPABLE
// (EPERM in some hosts).
func init() {
	t.Case(func(t *t.T) {
		fd, e := sys.Openat(t.Dir, "/", sys.RDONLY|sys.DIRECTORY)
		if sys.Port == "wasip1" {
			t.NoFd("openat /", fd, e, sys.ENOTCAPABLE, sys.EPERM)
		} else {
			t.NoFd("openat /", fd, e, sys.OK)
		}
	})
}
