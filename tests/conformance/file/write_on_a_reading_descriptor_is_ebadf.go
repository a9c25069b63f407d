package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// write(2), EBADF. WASI has no access mode but the right fd_write, and for a lacking right the answer
// "notcapable: Extension: Capabilities insufficient."
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		fd := t.Open(t.Dir, "f", sys.RDONLY)
		_, e := sys.WriteFd(fd, []byte("x"))
		if sys.Port == "wasip1" {
			t.Errno("write", e, sys.EBADF, sys.ENOTCAPABLE)
		} else {
			t.Errno("write", e, sys.EBADF)
		}
		t.Want("f", "abc")
	})
}
