package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// WASI may answer by rights. EBADF for no descriptor.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		e := sys.Shutdown(fd, sys.ShutRdWr)
		if sys.Port == "wasip1" {
			t.Errno("shutdown", e, sys.ENOTSOCK, sys.ENOTCAPABLE)
		} else {
			t.Errno("shutdown", e, sys.ENOTSOCK)
		}
		t.Errno("shutdown of nothing", sys.Shutdown(9999, sys.ShutRdWr), sys.EBADF)
	})
}
