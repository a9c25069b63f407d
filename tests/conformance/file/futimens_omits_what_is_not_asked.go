package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// UTIME_OMIT leaves one time alone.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.OK("futimens", sys.Futimens(fd, sys.At(1e9), sys.At(2e9)))
		t.Errno("futimens of mtime", sys.Futimens(fd, sys.Omit(), sys.At(3e9)), sys.OK)
		if s := t.Fstat(fd); s.Atim != 1e9 || s.Mtim != 3e9 {
			t.Errorf("atime %d, mtime %d", s.Atim, s.Mtim)
		}
		t.Errno("futimens of atime", sys.Futimens(fd, sys.At(4e9), sys.Omit()), sys.OK)
		if s := t.Fstat(fd); s.Atim != 4e9 || s.Mtim != 3e9 {
			t.Errorf("atime %d, mtime %d", s.Atim, s.Mtim)
		}
	})
}
