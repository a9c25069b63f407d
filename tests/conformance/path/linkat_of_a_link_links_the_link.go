package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Without AT_SYMLINK_FOLLOW the symbolic link itself gets a second name.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Symlink("f", "l")
		t.Errno("linkat l", sys.Linkat(t.Dir, "l", t.Dir, "m", false), sys.OK)
		if s := t.Stat("m", false); s.Type != sys.TypeLink || s.Nlink != 2 {
			t.Errorf("m: %+v", s)
		}
	})
}
