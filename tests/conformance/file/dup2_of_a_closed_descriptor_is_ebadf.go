package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And the target stays open, as dup2(2) promises.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("dup2 of a closed one", sys.Dup2(9999, fd), sys.EBADF)
		t.Errno("dup2 of a closed one onto itself", sys.Dup2(9999, 9999), sys.EBADF)
		if got := t.Rest(fd); got != "abc" {
			t.Errorf("the target reads %q", got)
		}
	})
}
