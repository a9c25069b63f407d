package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// But the ones before it.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Symlink("target", "d/l")
		t.Symlink("d", "k")
		buf := make([]byte, 16)
		n, e := sys.Readlinkat(t.Dir, "k/l", buf)
		t.Ret("readlinkat", n, e, 6, sys.OK)
		if string(buf[:n]) != "target" {
			t.Errorf("target %q", buf[:n])
		}
	})
}
