package path

import (
	"gopherix/conformance/t"
)

// `.` stays, `..` goes up, doubled slashes count as one.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Mkdir("d/e")
		t.File("d/f", "abc")
		for _, p := range []string{"d/./f", "d/e/../f", "d//f", "./d/f", "d/e/.././e/../f", "d/e/..//f"} {
			t.Want(p, "abc")
		}
		if a, b := t.Stat("d", true), t.Stat("d/e/..", true); a.Ino != b.Ino {
			t.Errorf("d/e/.. is inode %d, d is %d", b.Ino, a.Ino)
		}
	})
}
