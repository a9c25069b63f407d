package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// F_SETFL changes O_APPEND of an open file, F_GETFL tells it.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("setfl append", sys.Setfl(fd, sys.APPEND), sys.OK)
		fl, e := sys.Getfl(fd)
		t.Ret("getfl", fl&sys.APPEND, e, sys.APPEND, sys.OK)
		t.Write(fd, "1")
		t.Want("f", "abc1")
		t.Errno("setfl nothing", sys.Setfl(fd, 0), sys.OK)
		fl, e = sys.Getfl(fd)
		t.Ret("getfl", fl&sys.APPEND, e, 0, sys.OK)
		n, e := sys.WriteFd(fd, []byte("2"))
		t.Ret("write", n, e, 1, sys.OK)
		t.Want("f", "abc12")
		_, e = sys.Lseek(fd, 0, sys.SeekSet)
		t.OK("lseek", e)
		t.Write(fd, "X")
		t.Want("f", "Xbc12")
	})
}
