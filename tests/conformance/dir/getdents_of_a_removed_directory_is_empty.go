package dir

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Not even an error on WASI; Linux says ENOENT.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		fd := t.Open(t.Dir, "d", sys.RDONLY|sys.DIRECTORY)
		t.OK("rmdir", sys.Unlinkat(t.Dir, "d", true))
		ents, e := sys.Getdents(fd, 4096, 0)
		t.Errno("getdents", e, sys.OK, sys.ENOENT)
		for _, d := range ents {
			if d.Name != "." && d.Name != ".." {
				t.Errorf("found %q", d.Name)
			}
		}
	})
}
