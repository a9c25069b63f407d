package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// open(2): "the lowest-numbered file descriptor not currently open". WASI's path_open would allow otherwise ("not
// guaranteed to be the lowest-numbered file descriptor not currently open"); programs from C expect POSIX.
func init() {
	t.Case(func(t *t.T) {
		a, b := t.Create("a", ""), t.Create("b", "")
		t.Close(a)
		if got := t.Open(t.Dir, "b", sys.RDONLY); got != a {
			t.Errorf("after close(%d) open gave %d", a, got)
		}
		if got := t.Open(t.Dir, "b", sys.RDONLY); got <= b {
			t.Errorf("the next open gave %d, below %d", got, b)
		}
	})
}
