package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// termios(3): TCSAFLUSH discards all input that has been received but not read.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		say(t, master, "gone\n")
		hear(t, master, "gone\r\n")
		m, e := sys.Tcgetattr(tty)
		t.OK("tcgetattr", e)
		t.OK("tcsetattr", sys.Tcsetattr(tty, sys.TCSAFLUSH, &m))
		say(t, master, "here\n")
		hear(t, tty, "here\n")
	})
}
