package tty

import "gopherix/conformance/t"

// ERASE, WERASE, KILL and LNEXT.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		say(t, master, "abx\x7fc def\x17\x16\x03g\n")
		hear(t, tty, "abc \x03g\n")
		say(t, master, "gone\x15kept\n")
		hear(t, tty, "kept\n")
	})
}
