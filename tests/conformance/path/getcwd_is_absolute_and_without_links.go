package path

import (
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The name of a link on the way does not show.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Symlink("d", "l")
		top, e := sys.Getcwd()
		t.OK("getcwd", e)
		if !strings.HasPrefix(top, "/") {
			t.Errorf("getcwd = %q", top)
		}
		t.OK("chdir l", sys.Chdir("l"))
		if cwd, e := sys.Getcwd(); cwd != top+"/d" || e != sys.OK {
			t.Errorf("getcwd = %q, %v; want %q", cwd, e, top+"/d")
		}
	})
}
