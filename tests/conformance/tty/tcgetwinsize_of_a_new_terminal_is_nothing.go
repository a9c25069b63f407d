package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Nobody has said how large it is.
func init() {
	t.Case(func(t *t.T) {
		_, tty := open(t)
		w, e := sys.Tcgetwinsize(tty)
		t.OK("tcgetwinsize", e)
		if w != (sys.Winsize{}) {
			t.Errorf("%+v", w)
		}
	})
}
