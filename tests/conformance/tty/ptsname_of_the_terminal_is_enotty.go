package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// TIOCGPTN is for masters.
func init() {
	t.Case(func(t *t.T) {
		_, tty := open(t)
		_, e := sys.Ptsname(tty)
		t.Errno("ptsname", e, sys.ENOTTY)
	})
}
