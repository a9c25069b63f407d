package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Two open files on one inode share its bytes at once.
func init() {
	t.Case(func(t *t.T) {
		a := t.Create("f", "")
		b := t.Open(t.Dir, "f", sys.RDONLY)
		t.Write(a, "seen")
		buf := make([]byte, 8)
		n, e := sys.ReadFd(b, buf)
		t.Ret("read", n, e, 4, sys.OK)
		if string(buf[:4]) != "seen" {
			t.Errorf("read gave %q", buf[:4])
		}
	})
}
