package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// "l/" is the directory that l names, also for lstat; "f/" is ENOTDIR.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Symlink("d", "l")
		t.File("f", "abc")
		t.Symlink("f", "m")
		if s := t.Stat("l/", false); s.Type != sys.TypeDir {
			t.Errorf("l/ is a %s", s.Type)
		}
		for _, p := range []string{"f/", "m/"} {
			_, e := sys.Fstatat(t.Dir, p, false)
			t.Errno("lstat "+p, e, sys.ENOTDIR)
		}
	})
}
