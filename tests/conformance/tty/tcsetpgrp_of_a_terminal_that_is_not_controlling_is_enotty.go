package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// tcsetpgrp(3).
func init() {
	t.Case(func(t *t.T) {
		_, tty := open(t)
		t.Errno("tcsetpgrp", sys.Tcsetpgrp(tty, sys.Getpid()), sys.ENOTTY)
	})
}
