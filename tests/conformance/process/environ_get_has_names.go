package process

import (
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Every entry is NAME=value.
func init() {
	t.Case(func(t *t.T) {
		env, e := sys.Environ()
		t.OK("environ_get", e)
		for _, s := range env {
			if i := strings.IndexByte(s, '='); i < 1 {
				t.Errorf("entry %q", s)
			}
		}
	})
}
