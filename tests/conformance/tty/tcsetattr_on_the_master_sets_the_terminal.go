package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// pty(7): both sides have the same settings.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		m, e := sys.Tcgetattr(master)
		t.OK("tcgetattr", e)
		m.Lflag &^= sys.ECHO
		t.OK("tcsetattr", sys.Tcsetattr(master, sys.TCSANOW, &m))
		now, e := sys.Tcgetattr(tty)
		t.OK("tcgetattr", e)
		if now != m {
			t.Errorf("%+v, not %+v", now, m)
		}
	})
}
