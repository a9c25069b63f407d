package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// rmdir(2): EINVAL when the last component is `.`, ENOTEMPTY when it is `..`.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Mkdir("d/e")
		t.Errno("rmdir d/.", sys.Unlinkat(t.Dir, "d/.", true), sys.EINVAL)
		t.Errno("rmdir d/e/..", sys.Unlinkat(t.Dir, "d/e/..", true), sys.ENOTEMPTY)
		t.Stat("d/e", false)
	})
}
