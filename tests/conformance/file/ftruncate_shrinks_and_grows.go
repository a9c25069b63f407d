package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// What is cut off does not come back: growing again gives zeros. The offset stays.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abcdef")
		_, e := sys.Lseek(fd, 5, sys.SeekSet)
		t.OK("lseek", e)
		t.Errno("ftruncate to 2", sys.Ftruncate(fd, 2), sys.OK)
		t.Errno("ftruncate to 5", sys.Ftruncate(fd, 5), sys.OK)
		t.Want("f", "ab\x00\x00\x00")
		at, e := sys.Lseek(fd, 0, sys.SeekCur)
		t.Ret64("lseek", at, e, 5, sys.OK)
	})
}
