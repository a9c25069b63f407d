package pipe

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// What was written comes first, then 0 bytes.
func init() {
	t.Case(func(t *t.T) {
		r, w := open(t)
		t.Write(w, "abc")
		t.Close(w)
		if got := t.Rest(r); got != "abc" {
			t.Errorf("read gave %q", got)
		}
	})
}

// open makes a pipe and closes both ends when the case ends.
func open(t *t.T) (r, w int) {
	r, w, e := sys.Pipe()
	t.OK("pipe", e)
	t.Later(r)
	t.Later(w)
	return r, w
}
