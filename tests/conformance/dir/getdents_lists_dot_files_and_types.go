package dir

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Every name once, with its type (a file system may say "unknown") and the inode that stat tells.
func init() {
	t.Case(func(t *t.T) {
		t.File("a", "")
		t.Mkdir(".hidden")
		t.Symlink("a", "c")
		want := map[string]sys.Type{"a": sys.TypeReg, ".hidden": sys.TypeDir, "c": sys.TypeLink}
		for _, d := range t.Entries(t.Dir, 4096) {
			if d.Type != want[d.Name] && d.Type != sys.TypeUnknown {
				t.Errorf("%q is a %s", d.Name, d.Type)
			}
			if ino := t.Stat(d.Name, false).Ino; d.Ino != ino {
				t.Errorf("%q has inode %d, by stat %d", d.Name, d.Ino, ino)
			}
			delete(want, d.Name)
		}
		if len(want) != 0 {
			t.Errorf("missing: %v", want)
		}
	})
}
