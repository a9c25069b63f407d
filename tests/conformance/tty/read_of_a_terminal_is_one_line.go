package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// termios(3), canonical mode: at most one line, and its rest for the next read.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		say(t, master, "one\ntwo\n")
		buf := make([]byte, 2)
		n, e := sys.ReadFd(tty, buf)
		t.Ret("read", n, e, 2, sys.OK)
		hear(t, tty, "e\n")
		hear(t, tty, "two\n")
	})
}
