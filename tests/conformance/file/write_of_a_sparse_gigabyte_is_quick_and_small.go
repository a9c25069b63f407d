package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A byte at 1 GiB makes a file of that size whose middle reads as zeros. Whoever stores files in memory must not
// allocate the hole.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "")
		n, e := sys.Pwrite(fd, []byte("x"), 1<<30)
		t.Ret("pwrite", n, e, 1, sys.OK)
		if s := t.Fstat(fd); s.Size != 1<<30+1 {
			t.Errorf("size %d", s.Size)
		}
		buf := []byte("????")
		n, e = sys.Pread(fd, buf, 1<<29)
		t.Ret("pread", n, e, 4, sys.OK)
		if string(buf) != "\x00\x00\x00\x00" {
			t.Errorf("the hole holds %q", buf)
		}
	})
}
