package tty

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Nobody will ever see it.
func init() {
	t.Case(func(t *t.T) {
		master, tty := open(t)
		t.Close(master)
		_, e := sys.WriteFd(tty, []byte("x"))
		t.Errno("write", e, sys.EIO)
	})
}
