package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// WASI may answer by rights. EBADF for no descriptor.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		_, e := sys.Send(fd, []byte("x"))
		if sys.Port == "wasip1" {
			t.Errno("send", e, sys.ENOTSOCK, sys.ENOTCAPABLE)
		} else {
			t.Errno("send", e, sys.ENOTSOCK)
		}
		_, e = sys.Send(9999, []byte("x"))
		t.Errno("send of nothing", e, sys.EBADF)
		t.Want("f", "abc")
	})
}
