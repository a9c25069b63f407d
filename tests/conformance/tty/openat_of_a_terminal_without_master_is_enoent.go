package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Its name goes with the master.
func init() {
	t.Case(func(t *t.T) {
		master, _ := open(t)
		number, e := sys.Ptsname(master)
		t.OK("ptsname", e)
		t.Close(master)
		_, e = sys.OpenTerminal(number)
		t.Errno("open", e, sys.ENOENT, sys.EIO)
	})
}
