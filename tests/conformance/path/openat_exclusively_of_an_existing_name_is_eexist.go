package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// O_CREAT|O_EXCL fails for files, directories and symbolic links, dangling ones included, and follows none.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Mkdir("d")
		t.Symlink("nowhere", "l")
		for _, p := range []string{"f", "d", "l"} {
			fd, e := sys.Openat(t.Dir, p, sys.WRONLY|sys.CREAT|sys.EXCL)
			t.NoFd("openat "+p, fd, e, sys.EEXIST)
		}
		t.Gone("nowhere")
		t.Want("f", "abc")
	})
}
