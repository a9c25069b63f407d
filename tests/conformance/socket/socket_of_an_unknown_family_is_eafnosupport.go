package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// socket(2): EAFNOSUPPORT "The implementation does not support the specified address family."
func init() {
	t.Case(func(t *t.T) {
		fd, e := sys.Socket(999, sys.Stream, 0)
		t.NoFd("socket", fd, e, sys.EAFNOSUPPORT)
	})
}
