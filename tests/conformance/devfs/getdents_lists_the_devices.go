package devfs

import (
	"slices"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// At least these.
func init() {
	t.Case(func(t *t.T) {
		names := t.Names(t.Abs("/dev", sys.RDONLY|sys.DIRECTORY), 4096)
		for _, want := range []string{"null", "zero", "full", "random", "urandom", "fd", "stdin", "stdout", "stderr"} {
			if !slices.Contains(names, want) {
				t.Errorf("no %s in %q", want, names)
			}
		}
	})
}
