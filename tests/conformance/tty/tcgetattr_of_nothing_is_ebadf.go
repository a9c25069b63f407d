package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// No descriptor.
func init() {
	t.Case(func(t *t.T) {
		_, e := sys.Tcgetattr(99)
		t.Errno("tcgetattr", e, sys.EBADF)
	})
}
