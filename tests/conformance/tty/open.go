// Package tty has the cases about terminals.
package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// open makes a pseudo-terminal that is nobody's controlling terminal: its master and itself.
func open(t *t.T) (master, tty int) {
	master, e := sys.OpenMaster()
	t.OK("open ptmx", e)
	number, e := sys.Ptsname(master)
	t.OK("ptsname", e)
	tty, e = sys.OpenTerminal(number)
	t.OK("open terminal", e)
	t.Later(master)
	t.Later(tty)
	return master, tty
}

// say writes all of a text.
func say(t *t.T, fd int, text string) {
	n, e := sys.WriteFd(fd, []byte(text))
	t.Ret("write", n, e, len(text), sys.OK)
}

// hear reads until this text is there.
func hear(t *t.T, fd int, text string) {
	got := ""
	for len(got) < len(text) {
		buf := make([]byte, 100)
		n, e := sys.ReadFd(fd, buf)
		t.OK("read", e)
		got += string(buf[:max(n, 0)])
		if n <= 0 {
			break
		}
	}
	if got != text {
		t.Fatalf("read %q, not %q", got, text)
	}
}

// raw turns off lines and echo; a read is over with so many bytes, or after so many tenths of a second.
func raw(t *t.T, fd int, min, time uint8) {
	m, e := sys.Tcgetattr(fd)
	t.OK("tcgetattr", e)
	m.Lflag &^= sys.ICANON | sys.ECHO
	m.Cc[sys.VMIN], m.Cc[sys.VTIME] = min, time
	t.OK("tcsetattr", sys.Tcsetattr(fd, sys.TCSANOW, &m))
}
