package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// rename(2), EBUSY; POSIX: EINVAL.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Errno("renameat d/.", sys.Renameat(t.Dir, "d/.", t.Dir, "e"), sys.EBUSY, sys.EINVAL)
		t.Errno("renameat to d/..", sys.Renameat(t.Dir, "d", t.Dir, "d/.."), sys.EBUSY, sys.EINVAL, sys.ENOTEMPTY)
		t.Stat("d", false)
	})
}
