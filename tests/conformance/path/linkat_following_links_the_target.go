package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// AT_SYMLINK_FOLLOW. Many WASI hosts refuse the flag with EINVAL; the kernel here has no reason to.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Symlink("f", "l")
		t.Errno("linkat l", sys.Linkat(t.Dir, "l", t.Dir, "m", true), sys.OK)
		if s := t.Stat("m", false); s.Type != sys.TypeReg || s.Nlink != 2 {
			t.Errorf("m: %+v", s)
		}
	})
}
