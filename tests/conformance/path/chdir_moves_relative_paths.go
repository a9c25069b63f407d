package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Files are found below the new directory.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.File("d/f", "")
		t.Errno("chdir", sys.Chdir("d"), sys.OK)
		if _, e := sys.Mode("f"); e != sys.OK {
			t.Errorf("f after chdir: %v", e)
		}
		t.Errno("chdir ..", sys.Chdir(".."), sys.OK)
		if _, e := sys.Mode("d/f"); e != sys.OK {
			t.Errorf("d/f after chdir ..: %v", e)
		}
	})
}
