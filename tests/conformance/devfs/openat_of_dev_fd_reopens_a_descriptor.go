package devfs

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// /dev/fd/N is another way to an open file.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		again := t.Abs(fmt.Sprintf("/dev/fd/%d", fd), sys.RDONLY)
		buf := make([]byte, 8)
		n, e := sys.Pread(again, buf, 0)
		t.Ret("pread", n, e, 3, sys.OK)
		dir, rest, e := sys.Start("/dev/fd/9999")
		t.OK("a directory that leads to /dev/fd", e)
		bad, e := sys.Openat(dir, rest, sys.RDONLY)
		t.NoFd("openat /dev/fd/9999", bad, e, sys.ENOENT)
	})
}
