package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Linux; POSIX leaves it open.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		say(t, tty, "last")
		t.Close(tty)
		hear(t, master, "last")
		_, e := sys.ReadFd(master, make([]byte, 10))
		t.Errno("read", e, sys.EIO)
	})
}
