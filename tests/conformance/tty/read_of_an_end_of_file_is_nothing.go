package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// EOF alone is an end of file; behind a word it hands that out.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		say(t, master, "ab\x04\x04c\n")
		hear(t, tty, "ab")
		n, e := sys.ReadFd(tty, make([]byte, 10))
		t.Ret("read", n, e, 0, sys.OK)
		hear(t, tty, "c\n")
	})
}
