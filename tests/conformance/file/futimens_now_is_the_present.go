package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// UTIME_NOW takes the clock of the system: not before a file made just now (file systems use a coarse clock).
func init() {
	t.Case(func(t *t.T) {
		old := t.Create("old", "")
		fd := t.Create("f", "abc")
		t.OK("futimens", sys.Futimens(fd, sys.At(1e9), sys.At(1e9)))
		t.Errno("futimens", sys.Futimens(fd, sys.Now(), sys.Now()), sys.OK)
		if o, s := t.Fstat(old), t.Fstat(fd); s.Atim < o.Mtim || s.Mtim < o.Mtim {
			t.Errorf("atime %d, mtime %d; an older file has %d", s.Atim, s.Mtim, o.Mtim)
		}
	})
}
