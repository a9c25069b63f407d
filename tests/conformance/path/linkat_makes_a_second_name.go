package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The same inode, two links, one content.
func init() {
	t.Case(func(t *t.T) {
		a := t.Create("a", "abc")
		t.Errno("linkat", sys.Linkat(t.Dir, "a", t.Dir, "b", false), sys.OK)
		if s, u := t.Fstat(a), t.Stat("b", false); s.Nlink != 2 || s.Ino != u.Ino {
			t.Errorf("a: %+v, b: %+v", s, u)
		}
		t.Write(t.Open(t.Dir, "b", sys.WRONLY|sys.APPEND), "def")
		t.Want("a", "abcdef")
	})
}
