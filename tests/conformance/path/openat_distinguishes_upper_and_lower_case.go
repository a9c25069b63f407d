package path

import (
	"gopherix/conformance/t"
)

// Two names, two files.
func init() {
	t.Case(func(t *t.T) {
		t.File("name", "lower")
		t.File("NAME", "upper")
		t.Want("name", "lower")
		t.Want("NAME", "upper")
	})
}
