package devfs

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// O_CREAT, O_TRUNC and O_APPEND are accepted: how a shell opens it.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Abs("/dev/null", sys.WRONLY|sys.CREAT|sys.TRUNC)
		t.Write(fd, "abc")
		t.Write(t.Abs("/dev/null", sys.WRONLY|sys.APPEND), "abc")
	})
}
