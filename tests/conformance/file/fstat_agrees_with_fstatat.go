package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The same inode by either way, by either name.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.OK("linkat", sys.Linkat(t.Dir, "f", t.Dir, "g", false))
		a, b, c := t.Fstat(fd), t.Stat("f", true), t.Stat("g", true)
		if a != b || b != c {
			t.Errorf("%+v\n%+v\n%+v", a, b, c)
		}
	})
}
