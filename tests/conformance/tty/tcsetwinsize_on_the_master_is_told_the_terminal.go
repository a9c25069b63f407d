package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// As terminal emulators do.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		want := sys.Winsize{Rows: 24, Columns: 80, X: 640, Y: 480}
		t.OK("tcsetwinsize", sys.Tcsetwinsize(master, &want))
		w, e := sys.Tcgetwinsize(tty)
		t.OK("tcgetwinsize", e)
		if w != want {
			t.Errorf("%+v", w)
		}
	})
}
