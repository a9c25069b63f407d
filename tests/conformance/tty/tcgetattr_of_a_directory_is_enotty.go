package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// It is no terminal.
func init() {
	t.Case(func(t *t.T) {
		_, e := sys.Tcgetattr(t.Dir)
		t.Errno("tcgetattr", e, sys.ENOTTY)
	})
}
