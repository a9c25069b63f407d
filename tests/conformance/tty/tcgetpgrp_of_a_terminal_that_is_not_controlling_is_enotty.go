package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// tcgetpgrp(3).
func init() {
	t.Case(func(t *t.T) {
		_, tty := open(t)
		_, e := sys.Tcgetpgrp(tty)
		t.Errno("tcgetpgrp", e, sys.ENOTTY)
	})
}
