package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// POSIX: pwrite writes at its offset also with O_APPEND. pwrite(2), BUGS: on Linux it appends. WASI says only
// "fdflags append: data written to the file is always appended to the file's end", which is Linux's way.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abcdef")
		fd := t.Open(t.Dir, "f", sys.RDWR|sys.APPEND)
		n, e := sys.Pwrite(fd, []byte("Z"), 1)
		t.Ret("pwrite", n, e, 1, sys.OK)
		t.Want("f", "abcdefZ")
	})
}
