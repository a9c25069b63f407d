package path

import (
	"gopherix/conformance/t"
)

// (device, inode) names a file while it exists.
func init() {
	t.Case(func(t *t.T) {
		t.File("a", "")
		t.File("b", "")
		if a, b := t.Stat("a", false), t.Stat("b", false); a.Ino == b.Ino || a.Dev != b.Dev {
			t.Errorf("a: device %d inode %d, b: device %d inode %d", a.Dev, a.Ino, b.Dev, b.Ino)
		}
	})
}
