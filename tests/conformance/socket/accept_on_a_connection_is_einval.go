package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// accept(2), EINVAL: the socket does not listen.
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "echo")
		c, e := sys.Accept(fd, 0)
		t.NoFd("accept", c, e, sys.EINVAL)
	})
}
