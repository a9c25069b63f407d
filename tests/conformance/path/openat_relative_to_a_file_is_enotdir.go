package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The descriptor to start from must be a directory, and open.
func init() {
	t.Case(func(t *t.T) {
		f := t.Create("f", "abc")
		fd, e := sys.Openat(f, "x", sys.RDONLY)
		if sys.Port == "wasip1" {
			// A file has no right path_open: "notcapable: Extension: Capabilities insufficient."
			t.NoFd("openat", fd, e, sys.ENOTDIR, sys.ENOTCAPABLE)
		} else {
			t.NoFd("openat", fd, e, sys.ENOTDIR)
		}
		fd, e = sys.Openat(9999, "x", sys.RDONLY)
		t.NoFd("openat from a closed one", fd, e, sys.EBADF)
	})
}
