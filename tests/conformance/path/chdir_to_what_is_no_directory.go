package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A file is ENOTDIR, nothing ENOENT; the working directory stays.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "")
		before, e := sys.Getcwd()
		t.OK("getcwd", e)
		t.Errno("chdir f", sys.Chdir("f"), sys.ENOTDIR)
		t.Errno("chdir no", sys.Chdir("no"), sys.ENOENT)
		if after, e := sys.Getcwd(); after != before || e != sys.OK {
			t.Errorf("getcwd = %q, %v; want %q", after, e, before)
		}
	})
}
