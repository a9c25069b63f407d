package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// posix_fadvise(2), EINVAL. What a host does with a number outside an enum is not in WASI's text; a kernel refuses it.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("fadvise", sys.Fadvise(fd, 0, 0, sys.AdviseInvalid), sys.EINVAL)
	})
}
