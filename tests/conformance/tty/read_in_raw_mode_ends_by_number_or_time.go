package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// termios(3): MIN and TIME.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		buf := make([]byte, 10)
		raw(t, tty, 0, 0)
		n, e := sys.ReadFd(tty, buf)
		t.Ret("read with MIN 0 and TIME 0", n, e, 0, sys.OK)
		raw(t, tty, 0, 1)
		n, e = sys.ReadFd(tty, buf)
		t.Ret("read with TIME alone", n, e, 0, sys.OK)
		raw(t, tty, 3, 1)
		say(t, master, "ab")
		n, e = sys.ReadFd(tty, buf)
		t.Ret("read of less than MIN", n, e, 2, sys.OK)
	})
}
