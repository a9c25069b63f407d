package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// read(2), EBADF. WASI has no access mode but the right fd_read, and for a lacking right the answer
// "notcapable: Extension: Capabilities insufficient."
func init() {
	t.Case(func(t *t.T) {
		fd := t.Open(t.Dir, "f", sys.WRONLY|sys.CREAT)
		_, e := sys.ReadFd(fd, make([]byte, 8))
		if sys.Port == "wasip1" {
			t.Errno("read", e, sys.EBADF, sys.ENOTCAPABLE)
			return
		}
		t.Errno("read", e, sys.EBADF)
	})
}
