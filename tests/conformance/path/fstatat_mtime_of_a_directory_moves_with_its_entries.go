package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Making and removing a name are changes of the directory.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		for _, change := range []func(){
			func() { t.File("d/f", "") },
			func() { t.OK("renameat", sys.Renameat(t.Dir, "d/f", t.Dir, "d/g")) },
			func() { t.OK("unlinkat", sys.Unlinkat(t.Dir, "d/g", false)) },
		} {
			t.OK("utimensat", sys.Utimensat(t.Dir, "d", true, sys.At(1e9), sys.At(1e9)))
			change()
			if s := t.Stat("d", false); s.Mtim <= 1e9 {
				t.Errorf("mtime is still %d", s.Mtim)
			}
		}
	})
}
