package dir

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// WASI may answer by rights: a file lacks fd_readdir ("notcapable").
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		_, e := sys.Getdents(fd, 4096, 0)
		if sys.Port == "wasip1" {
			t.Errno("getdents", e, sys.ENOTDIR, sys.EBADF, sys.ENOTCAPABLE)
		} else {
			t.Errno("getdents", e, sys.ENOTDIR)
		}
		_, e = sys.Getdents(9999, 4096, 0)
		t.Errno("getdents of nothing", e, sys.EBADF)
	})
}
