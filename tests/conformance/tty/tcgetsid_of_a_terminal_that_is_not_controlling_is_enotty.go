package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// tcgetsid(3).
func init() {
	t.Case(func(t *t.T) {
		_, tty := open(t)
		_, e := sys.Tcgetsid(tty)
		t.Errno("tcgetsid", e, sys.ENOTTY)
	})
}
