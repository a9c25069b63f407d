package tty

import "gopherix/conformance/t"

// Control characters as ^X; newlines as two characters.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		say(t, master, "a\x01b\x7f\n")
		hear(t, master, "a^Ab\x08 \x08\r\n")
		say(t, tty, "x\n")
		hear(t, master, "x\r\n")
	})
}
