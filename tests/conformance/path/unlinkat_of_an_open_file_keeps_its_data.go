package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The name goes, the open file stays readable and writable.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("unlinkat", sys.Unlinkat(t.Dir, "f", false), sys.OK)
		t.Gone("f")
		if got := t.Rest(fd); got != "abc" {
			t.Errorf("read gave %q", got)
		}
		t.Write(fd, "def")
		n, e := sys.Pread(fd, make([]byte, 8), 0)
		t.Ret("pread", n, e, 6, sys.OK)
		t.File("f", "new")
		t.Want("f", "new")
	})
}
