package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// dup2(2), then close of the old number: what WASI calls "atomically replace a file descriptor by renumbering
// another file descriptor". The offset moves along; what the new number meant before is closed.
func init() {
	t.Case(func(t *t.T) {
		a, b := t.Create("a", "aaaa"), t.Create("b", "bbbb")
		_, e := sys.Lseek(a, 2, sys.SeekSet)
		t.OK("lseek", e)
		t.Errno("dup2", sys.Dup2(a, b), sys.OK)
		if got := t.Rest(b); got != "aa" {
			t.Errorf("the new number reads %q", got)
		}
		_, e = sys.ReadFd(a, make([]byte, 1))
		t.Errno("read of the old number", e, sys.EBADF)
		t.Want("b", "bbbb")
	})
}
