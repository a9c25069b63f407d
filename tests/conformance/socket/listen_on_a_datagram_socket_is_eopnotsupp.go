package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// listen(2): EOPNOTSUPP, which Linux has one number for with ENOTSUP.
func init() {
	t.Case(func(t *t.T) {
		t.Errno("listen", sys.Listen(open(t, sys.Inet, sys.Dgram), 1), sys.ENOTSUP)
	})
}
