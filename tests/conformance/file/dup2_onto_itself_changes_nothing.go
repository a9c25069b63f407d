package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// dup2(2): "If oldfd is a valid file descriptor, and newfd has the same value as oldfd, then dup2() does nothing".
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("dup2 onto itself", sys.Dup2(fd, fd), sys.OK)
		if got := t.Rest(fd); got != "abc" {
			t.Errorf("after that it reads %q", got)
		}
	})
}
