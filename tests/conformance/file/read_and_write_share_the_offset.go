package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// One offset for both directions.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abcdef")
		buf := make([]byte, 2)
		n, e := sys.ReadFd(fd, buf)
		t.Ret("read", n, e, 2, sys.OK)
		t.Write(fd, "XY")
		n, e = sys.ReadFd(fd, buf)
		t.Ret("read", n, e, 2, sys.OK)
		if string(buf) != "ef" {
			t.Errorf("read gave %q", buf)
		}
		t.Want("f", "abXYef")
	})
}
