package devfs

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Type of each, by descriptor.
func init() {
	t.Case(func(t *t.T) {
		for _, p := range []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"} {
			if s := t.Fstat(t.Abs(p, sys.RDONLY)); s.Type != sys.TypeChar {
				t.Errorf("%s is a %s", p, s.Type)
			}
		}
	})
}
