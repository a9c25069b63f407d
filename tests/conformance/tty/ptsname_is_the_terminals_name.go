package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The terminal of that number is the other side.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		number, e := sys.Ptsname(master)
		t.OK("ptsname", e)
		again, e := sys.OpenTerminal(number)
		t.OK("open", e)
		t.Later(again)
		say(t, again, "hello")
		hear(t, master, "hello")
		a, b := t.Fstat(tty), t.Fstat(again)
		if a.Ino != b.Ino || a.Type != sys.TypeChar {
			t.Errorf("%+v and %+v", a, b)
		}
	})
}
