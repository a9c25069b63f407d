package file

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// At the end and far beyond it there is nothing to read, and that is no error.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		for _, off := range []int64{3, 4, 1 << 40} {
			n, e := sys.Pread(fd, make([]byte, 4), off)
			t.Ret(fmt.Sprintf("pread at %d", off), n, e, 0, sys.OK)
		}
	})
}
