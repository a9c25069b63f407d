package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A write of one byte or more sets the time of modification. An old time set before makes the change certain.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "a")
		t.OK("futimens", sys.Futimens(fd, sys.At(5e9), sys.At(7e9)))
		t.Write(fd, "b")
		if s := t.Fstat(fd); s.Mtim <= 7e9 {
			t.Errorf("mtime is still %d ns", s.Mtim)
		}
	})
}
