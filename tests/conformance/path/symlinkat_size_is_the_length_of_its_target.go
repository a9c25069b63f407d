package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// lstat(2), POSIX.
func init() {
	t.Case(func(t *t.T) {
		t.Symlink("0123456789", "l")
		if s := t.Stat("l", false); s.Type != sys.TypeLink || s.Size != 10 {
			t.Errorf("%+v", s)
		}
	})
}
