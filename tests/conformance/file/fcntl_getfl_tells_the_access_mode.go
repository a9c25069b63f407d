package file

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Three ways to open, three answers (on WASI told from the rights).
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "")
		for _, mode := range []int{sys.RDONLY, sys.WRONLY, sys.RDWR} {
			fl, e := sys.Getfl(t.Open(t.Dir, "f", mode))
			t.Ret(fmt.Sprint("getfl of ", mode), fl&3, e, mode, sys.OK)
		}
		_, e := sys.Getfl(9999)
		t.Errno("getfl of nothing", e, sys.EBADF)
		t.Errno("setfl of nothing", sys.Setfl(9999, 0), sys.EBADF)
	})
}
