package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A slash at the end asks for a directory, and a directory is one.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		for _, p := range []string{"d/", "d//", "d/.", "./d/"} {
			fd := t.Open(t.Dir, p, sys.RDONLY|sys.DIRECTORY)
			if s := t.Fstat(fd); s.Type != sys.TypeDir {
				t.Errorf("%s is a %s", p, s.Type)
			}
		}
	})
}
