package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// pread does not move the descriptor's offset, and is short at the end.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abcdef")
		buf := make([]byte, 4)
		n, e := sys.Pread(fd, buf, 4)
		t.Ret("pread", n, e, 2, sys.OK)
		if string(buf[:2]) != "ef" {
			t.Errorf("pread gave %q", buf)
		}
		at, e := sys.Lseek(fd, 0, sys.SeekCur)
		t.Ret64("lseek", at, e, 0, sys.OK)
	})
}
