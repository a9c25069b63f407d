package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// open(2), EISDIR: a name that ends in a slash cannot be a new regular file. WASI runtimes that check the path first
// answer ENOTDIR or ENOENT; nothing may be created.
func init() {
	t.Case(func(t *t.T) {
		fd, e := sys.Openat(t.Dir, "new/", sys.WRONLY|sys.CREAT)
		if sys.Port == "linux" {
			t.NoFd("openat new/", fd, e, sys.EISDIR)
		} else {
			t.NoFd("openat new/", fd, e, sys.EISDIR, sys.ENOTDIR, sys.ENOENT)
		}
		t.Gone("new")
	})
}
