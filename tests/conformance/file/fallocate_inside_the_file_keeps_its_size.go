package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// It never shrinks.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "0123456789")
		t.Errno("fallocate", sys.Fallocate(fd, 0, 4), sys.OK)
		t.Want("f", "0123456789")
	})
}
