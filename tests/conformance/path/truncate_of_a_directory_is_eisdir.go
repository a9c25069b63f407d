package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And of nothing ENOENT.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.Errno("truncate d", sys.Truncate("d", 0), sys.EISDIR)
		t.Errno("truncate no", sys.Truncate("no", 0), sys.ENOENT)
	})
}
