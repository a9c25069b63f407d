package file

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// All are accepted on a file; a seventh is EINVAL.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		for a := sys.AdviseNormal; a <= sys.AdviseNoReuse; a++ {
			t.Errno(fmt.Sprint("fadvise ", a), sys.Fadvise(fd, 0, 0, a), sys.OK)
		}
		t.Errno("fadvise of a bad descriptor", sys.Fadvise(9999, 0, 0, sys.AdviseNormal), sys.EBADF)
	})
}
