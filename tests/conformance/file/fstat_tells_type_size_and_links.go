package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The fields that every file system has.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		s := t.Fstat(fd)
		if s.Type != sys.TypeReg || s.Size != 3 || s.Nlink != 1 || s.Ino == 0 {
			t.Errorf("fstat of a file: %+v", s)
		}
		if d := t.Fstat(t.Dir); d.Type != sys.TypeDir || d.Ino == s.Ino {
			t.Errorf("fstat of its directory: %+v", d)
		}
		_, e := sys.Fstat(9999)
		t.Errno("fstat of nothing", e, sys.EBADF)
	})
}
