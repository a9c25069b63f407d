package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// pty(7); Linux hangs the terminal up.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		t.Close(master)
		n, e := sys.ReadFd(tty, make([]byte, 10))
		t.Ret("read", n, e, 0, sys.OK)
		_, e = sys.Tcgetattr(tty)
		t.Errno("tcgetattr", e, sys.EIO)
	})
}
