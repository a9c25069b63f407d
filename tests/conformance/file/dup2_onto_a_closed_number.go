package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Linux opens the number. WASI's fd_renumber "does not provide a mechanism to duplicate or renumber a file
// descriptor to an arbitrary number, like dup2()": hosts answer EBADF, and the old number stays as it is.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		const to = 200
		e := sys.Dup2(fd, to)
		t.Errno("dup2", e, t.ByPort(sys.OK, sys.EBADF))
		if e == sys.OK {
			t.Later(to)
			fd = to
		}
		if got := t.Rest(fd); got != "abc" {
			t.Errorf("after that it reads %q", got)
		}
	})
}
