package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// O_CREAT makes the file that the link names.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Symlink("d/new", "l")
		fd := t.Open(t.Dir, "l", sys.WRONLY|sys.CREAT)
		t.Write(fd, "abc")
		t.Want("d/new", "abc")
		if s := t.Stat("l", false); s.Type != sys.TypeLink {
			t.Errorf("l is a %s now", s.Type)
		}
	})
}
