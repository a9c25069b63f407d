package random

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// One MiB, every 16 bytes of it touched and no two alike.
func init() {
	t.Case(func(t *t.T) {
		buf := make([]byte, 1<<20)
		t.OK("getrandom", sys.Getrandom(buf))
		seen := map[string]bool{}
		for i := 0; i < len(buf); i += 16 {
			seen[string(buf[i:i+16])] = true
		}
		if len(seen) != 1<<16 || seen[string(make([]byte, 16))] {
			t.Errorf("%d different blocks of %d", len(seen), 1<<16)
		}
	})
}
