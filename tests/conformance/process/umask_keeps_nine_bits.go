package process

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The others are ignored.
func init() {
	t.Case(func(t *t.T) {
		old := sys.Umask(0o7022)
		defer sys.Umask(old)
		if got := sys.Umask(0o022); got != 0o022 {
			t.Errorf("umask = %o, want 22", got)
		}
	})
}
