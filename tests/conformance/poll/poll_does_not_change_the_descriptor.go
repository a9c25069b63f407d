package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Looking does not read: the offset stays.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		_, e := sys.Poll([]sys.Sub{{Kind: sys.Read, Fd: fd}})
		t.OK("poll", e)
		if got := t.Rest(fd); got != "abc" {
			t.Errorf("read gave %q", got)
		}
	})
}
