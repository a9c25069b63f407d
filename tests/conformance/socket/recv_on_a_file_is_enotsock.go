package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// WASI may answer by rights. EBADF for no descriptor.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		_, e := sys.Recv(fd, make([]byte, 8), 0)
		if sys.Port == "wasip1" {
			t.Errno("recv", e, sys.ENOTSOCK, sys.ENOTCAPABLE)
		} else {
			t.Errno("recv", e, sys.ENOTSOCK)
		}
		_, e = sys.Recv(9999, make([]byte, 8), 0)
		t.Errno("recv of nothing", e, sys.EBADF)
	})
}
