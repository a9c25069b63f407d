package process

import (
	"os"
	"slices"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// What the system says and what Go's os.Args holds.
func init() {
	t.Case(func(t *t.T) {
		args, e := sys.Args()
		t.OK("args_get", e)
		if !slices.Equal(args, os.Args) {
			t.Errorf("%q, os.Args %q", args, os.Args)
		}
	})
}
