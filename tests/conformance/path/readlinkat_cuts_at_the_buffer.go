package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// readlink(2): "silently truncates the contents (to a length of bufsiz characters), in case the buffer is too small".
func init() {
	t.Case(func(t *t.T) {
		t.Symlink("0123456789", "l")
		buf := make([]byte, 4)
		n, e := sys.Readlinkat(t.Dir, "l", buf)
		t.Ret("readlinkat", n, e, 4, sys.OK)
		if string(buf) != "0123" {
			t.Errorf("buffer %q", buf)
		}
	})
}
