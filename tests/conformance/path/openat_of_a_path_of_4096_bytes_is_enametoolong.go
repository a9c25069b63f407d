package path

import (
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// PATH_MAX is 4096 with the NUL: 4095 bytes work.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Want(strings.Repeat("./", 2047)+"f", "abc")
		fd, e := sys.Openat(t.Dir, strings.Repeat("./", 2047)+".f", sys.RDONLY)
		t.NoFd("openat of 4096 bytes", fd, e, sys.ENAMETOOLONG)
	})
}
