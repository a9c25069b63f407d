package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// AT_SYMLINK_NOFOLLOW sets the link's own times; without it the target's.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Symlink("f", "l")
		t.OK("utimensat f", sys.Utimensat(t.Dir, "f", true, sys.At(1e9), sys.At(1e9)))
		t.Errno("utimensat l", sys.Utimensat(t.Dir, "l", false, sys.At(2e9), sys.At(2e9)), sys.OK)
		if l, f := t.Stat("l", false), t.Stat("f", false); l.Mtim != 2e9 || f.Mtim != 1e9 {
			t.Errorf("link %d, file %d", l.Mtim, f.Mtim)
		}
		t.Errno("utimensat by l", sys.Utimensat(t.Dir, "l", true, sys.At(3e9), sys.At(3e9)), sys.OK)
		if f := t.Stat("f", false); f.Mtim != 3e9 {
			t.Errorf("file %d", f.Mtim)
		}
	})
}
