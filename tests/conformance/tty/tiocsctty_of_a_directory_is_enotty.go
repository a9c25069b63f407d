package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// It is no terminal.
func init() {
	t.Case(func(t *t.T) {
		t.Errno("tiocsctty", sys.Tiocsctty(t.Dir), sys.ENOTTY)
	})
}
