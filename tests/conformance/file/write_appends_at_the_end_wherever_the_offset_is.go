package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// O_APPEND: the offset goes to the end before each write, and stays behind what was written.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "12345")
		fd := t.Open(t.Dir, "f", sys.RDWR|sys.APPEND)
		_, e := sys.Lseek(fd, 1, sys.SeekSet)
		t.OK("lseek", e)
		t.Write(fd, "ab")
		at, e := sys.Lseek(fd, 0, sys.SeekCur)
		t.Ret64("lseek", at, e, 7, sys.OK)
		t.Want("f", "12345ab")
	})
}
