package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Two opens of a file are two open files.
func init() {
	t.Case(func(t *t.T) {
		a := t.Create("f", "abc")
		b := t.Open(t.Dir, "f", sys.RDONLY)
		t.Close(a)
		if got := t.Rest(b); got != "abc" {
			t.Errorf("read gave %q", got)
		}
	})
}
