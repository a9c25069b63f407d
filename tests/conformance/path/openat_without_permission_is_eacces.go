package path

import (
	"os"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Mode bits bind a user who is not root.
func init() {
	t.Case(func(t *t.T) {
		if sys.Port != "linux" {
			t.Skip("WASI preview 1 has no mode bits, js has no owners")
		}
		if sys.Superuser() {
			t.Skip("root passes every permission check")
		}
		t.File("f", "abc")
		if err := os.Chmod("f", 0o200); err != nil {
			t.Fatalf("%v", err)
		}
		fd, e := sys.Openat(t.Dir, "f", sys.RDONLY)
		t.NoFd("openat f", fd, e, sys.EACCES)
	})
}
