package dir

import (
	"fmt"
	"slices"

	"gopherix/conformance/t"
)

// Complete and unique, by buffers of 512 bytes, each call resumed by the last entry's cookie.
func init() {
	t.Case(func(t *t.T) {
		const n = 5000
		for i := range n {
			t.File(fmt.Sprintf("entry-%04d", i), "")
		}
		names := t.Names(t.Dir, 512)
		slices.Sort(names)
		if len(names) != n {
			t.Errorf("%d names", len(names))
		}
		for i, name := range slices.Compact(names) {
			if name != fmt.Sprintf("entry-%04d", i) {
				t.Fatalf("name %d is %q", i, name)
			}
		}
	})
}
