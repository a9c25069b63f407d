package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// As with lseek and write.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "ab")
		n, e := sys.Pwrite(fd, []byte("z"), 5)
		t.Ret("pwrite", n, e, 1, sys.OK)
		t.Want("f", "ab\x00\x00\x00z")
	})
}
