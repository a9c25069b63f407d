package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Only a write does.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		at, e := sys.Lseek(fd, 1<<40, sys.SeekSet)
		t.Ret64("lseek", at, e, 1<<40, sys.OK)
		n, e := sys.ReadFd(fd, make([]byte, 4))
		t.Ret("read there", n, e, 0, sys.OK)
		if s := t.Fstat(fd); s.Size != 3 {
			t.Errorf("size %d", s.Size)
		}
	})
}
