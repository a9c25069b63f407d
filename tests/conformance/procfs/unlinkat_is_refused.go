package procfs

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Nothing can be made or removed there.
func init() {
	t.Case(func(t *t.T) {
		dir, rest, e := sys.Start("/proc/self/status")
		t.OK("a directory that leads to /proc", e)
		t.Errno("unlinkat", sys.Unlinkat(dir, rest, false), sys.EPERM, sys.EACCES, sys.EROFS)
		dir, rest, e = sys.Start("/proc/new")
		t.OK("a directory that leads to /proc", e)
		t.Errno("mkdirat", sys.Mkdirat(dir, rest), sys.ENOENT, sys.EPERM, sys.EACCES, sys.EROFS)
	})
}
