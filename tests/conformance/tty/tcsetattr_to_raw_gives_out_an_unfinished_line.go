package tty

import "gopherix/conformance/t"

// termios(3), noncanonical mode: input is available immediately.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		say(t, master, "abc")
		hear(t, master, "abc")
		raw(t, tty, 1, 0)
		hear(t, tty, "abc")
	})
}
