package procfs

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// status, cmdline and the like are for reading: EACCES for a user, EROFS or EPERM of file systems that know no writing.
func init() {
	t.Case(func(t *t.T) {
		if sys.Port == "linux" && sys.Superuser() {
			t.Skip("root passes every permission check at open")
		}
		dir, rest, e := sys.Start("/proc/self/status")
		t.OK("a directory that leads to /proc", e)
		fd, e := sys.Openat(dir, rest, sys.WRONLY)
		t.NoFd("openat", fd, e, sys.EACCES, sys.EROFS, sys.EPERM)
	})
}
