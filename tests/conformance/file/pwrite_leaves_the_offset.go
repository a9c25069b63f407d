package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// pwrite puts its bytes at the given place and does not move the descriptor's offset.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abcdef")
		n, e := sys.Pwrite(fd, []byte("XY"), 2)
		t.Ret("pwrite", n, e, 2, sys.OK)
		if got := t.Rest(fd); got != "abXYef" {
			t.Errorf("read from the start gave %q", got)
		}
	})
}
