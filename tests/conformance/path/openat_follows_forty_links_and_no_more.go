package path

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// path_resolution(7): "the maximum number of symbolic links that will be followed while resolving a pathname is 40".
// POSIX asks for 8 at least. WASI does not say; what must hold is that a chain of 8 works and 1,000 end in ELOOP.
func init() {
	t.Case(func(t *t.T) {
		t.File("l0", "abc")
		for i := range 1000 {
			t.Symlink(fmt.Sprintf("l%d", i), fmt.Sprintf("l%d", i+1))
		}
		t.Want("l8", "abc")
		fd, e := sys.Openat(t.Dir, "l1000", sys.RDONLY)
		t.NoFd("openat l1000", fd, e, sys.ELOOP)
		if sys.Port == "linux" {
			t.Want("l40", "abc")
			fd, e := sys.Openat(t.Dir, "l41", sys.RDONLY)
			t.NoFd("openat l41", fd, e, sys.ELOOP)
		}
	})
}
