package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// EBADF for no descriptor. WASI may answer by rights: a file lacks sock_accept ("notcapable").
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "")
		c, e := sys.Accept(fd, 0)
		if sys.Port == "wasip1" {
			t.NoFd("accept", c, e, sys.ENOTSOCK, sys.ENOTCAPABLE, sys.EINVAL)
		} else {
			t.NoFd("accept", c, e, sys.ENOTSOCK)
		}
		c, e = sys.Accept(9999, 0)
		t.NoFd("accept of nothing", c, e, sys.EBADF)
	})
}
