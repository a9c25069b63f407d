package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Linux's tty_std_termios.
func init() {
	t.Case(func(t *t.T) {
		_, tty := open(t)
		m, e := sys.Tcgetattr(tty)
		t.OK("tcgetattr", e)
		want := sys.Termios{Iflag: 0o2400, Oflag: 0o5, Cflag: 0o277, Lflag: 0o105073}
		copy(want.Cc[:], "\x03\x1c\x7f\x15\x04\x00\x01\x00\x11\x13\x1a\x00\x12\x0f\x17\x16\x00")
		if m != want {
			t.Errorf("%+v, not %+v", m, want)
		}
	})
}
