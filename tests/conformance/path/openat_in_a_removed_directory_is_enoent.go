package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// It is still open, but nothing can be made in it.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		dir := t.Open(t.Dir, "d", sys.RDONLY|sys.DIRECTORY)
		t.OK("unlinkat", sys.Unlinkat(t.Dir, "d", true))
		fd, e := sys.Openat(dir, "f", sys.WRONLY|sys.CREAT)
		t.NoFd("openat", fd, e, sys.ENOENT)
		t.Errno("mkdirat", sys.Mkdirat(dir, "e"), sys.ENOENT)
	})
}
