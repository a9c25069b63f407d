package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// At the end of a file read gives 0 bytes and no error, however often it is asked.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		at, e := sys.Lseek(fd, 0, sys.SeekEnd)
		t.Ret64("lseek", at, e, 3, sys.OK)
		for range 3 {
			n, e := sys.ReadFd(fd, make([]byte, 8))
			t.Ret("read at the end", n, e, 0, sys.OK)
		}
	})
}
