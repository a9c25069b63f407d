package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A count of zero returns 0; the file, its size and the offset stay.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		n, e := sys.WriteFd(fd, nil)
		t.Ret("write of nothing", n, e, 0, sys.OK)
		n, e = sys.Writev(fd, nil)
		t.Ret("writev of no buffers", n, e, 0, sys.OK)
		t.Want("f", "abc")
	})
}
