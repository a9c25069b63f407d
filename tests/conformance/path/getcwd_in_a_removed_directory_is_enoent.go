package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// There is no path to it any more.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.OK("chdir d", sys.Chdir("d"))
		t.OK("unlinkat d", sys.Unlinkat(t.Dir, "d", true))
		_, e := sys.Getcwd()
		t.Errno("getcwd", e, sys.ENOENT)
		t.OK("chdir ..", sys.Chdir(".."))
	})
}
