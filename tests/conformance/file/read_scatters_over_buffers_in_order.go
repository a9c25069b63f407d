package file

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// readv fills one buffer after the other, empty ones in between included.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abcdefghij")
		bufs := [][]byte{make([]byte, 2), nil, make([]byte, 3), make([]byte, 4), make([]byte, 9)}
		n, e := sys.Readv(fd, bufs)
		t.Ret("readv", n, e, 10, sys.OK)
		if got := fmt.Sprintf("%s|%s|%s|%s", bufs[0], bufs[2], bufs[3], bufs[4][:1]); got != "ab|cde|fghi|j" {
			t.Errorf("readv gave %q", got)
		}
	})
}
