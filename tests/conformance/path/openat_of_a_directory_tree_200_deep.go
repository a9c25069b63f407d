package path

import (
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Depth is no limit as long as each path is short enough.
func init() {
	t.Case(func(t *t.T) {
		dir := t.Dir
		for range 200 {
			t.OK("mkdirat", sys.Mkdirat(dir, "d"))
			dir = t.Open(dir, "d", sys.RDONLY|sys.DIRECTORY)
		}
		fd := t.Open(dir, "f", sys.WRONLY|sys.CREAT)
		t.Write(fd, "deep")
		t.Want(strings.Repeat("d/", 200)+"f", "deep")
	})
}
