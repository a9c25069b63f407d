package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// read(2): a count of zero may detect errors; on a file it returns 0 and leaves the offset.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		n, e := sys.ReadFd(fd, nil)
		t.Ret("read of nothing", n, e, 0, sys.OK)
		at, e := sys.Lseek(fd, 0, sys.SeekCur)
		t.Ret64("lseek", at, e, 0, sys.OK)
	})
}
