package procfs

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// No process has such a number.
func init() {
	t.Case(func(t *t.T) {
		dir, rest, e := sys.Start("/proc/999999999/status")
		t.OK("a directory that leads to /proc", e)
		fd, e := sys.Openat(dir, rest, sys.RDONLY)
		t.NoFd("openat", fd, e, sys.ENOENT)
	})
}
