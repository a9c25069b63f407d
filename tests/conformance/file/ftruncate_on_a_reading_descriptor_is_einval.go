package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// ftruncate(2): EINVAL or EBADF. WASI: without the right fd_filestat_set_size, "notcapable".
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		fd := t.Open(t.Dir, "f", sys.RDONLY)
		want := []sys.Errno{sys.EINVAL, sys.EBADF}
		if sys.Port == "wasip1" {
			want = append(want, sys.ENOTCAPABLE)
		}
		t.Errno("ftruncate", sys.Ftruncate(fd, 0), want...)
		t.Want("f", "abc")
	})
}
