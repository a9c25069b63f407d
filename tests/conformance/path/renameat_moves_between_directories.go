package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// By two descriptors; inode and content stay, `..` of a moved directory is the new parent.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("a")
		t.Mkdir("b")
		t.Mkdir("a/d")
		t.File("a/d/f", "abc")
		ino := t.Stat("a/d", false).Ino
		from, to := t.Open(t.Dir, "a", sys.RDONLY|sys.DIRECTORY), t.Open(t.Dir, "b", sys.RDONLY|sys.DIRECTORY)
		t.Errno("renameat", sys.Renameat(from, "d", to, "e"), sys.OK)
		t.Gone("a/d")
		t.Want("b/e/f", "abc")
		if got := t.Stat("b/e", false).Ino; got != ino {
			t.Errorf("inode %d was %d", got, ino)
		}
		if got, want := t.Stat("b/e/..", false).Ino, t.Stat("b", false).Ino; got != want {
			t.Errorf("b/e/.. is inode %d, b is %d", got, want)
		}
	})
}
