package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// fallocate(2), EINVAL: length was not above 0.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("fallocate of nothing", sys.Fallocate(fd, 0, 0), sys.EINVAL)
		t.Errno("fallocate of a bad descriptor", sys.Fallocate(9999, 0, 1), sys.EBADF)
	})
}
