package dir

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// From each entry's cookie the rest follows, the same and in the same order.
func init() {
	t.Case(func(t *t.T) {
		for i := range 50 {
			t.File(fmt.Sprintf("f%d", i), "")
		}
		all, e := sys.Getdents(t.Dir, 1<<16, 0)
		t.OK("getdents", e)
		if len(all) != 52 && len(all) != 50 {
			t.Fatalf("%d entries in one call", len(all))
		}
		for i, d := range all {
			rest, e := sys.Getdents(t.Dir, 1<<16, d.Next)
			t.OK("getdents", e)
			if len(rest) != len(all)-i-1 || len(rest) > 0 && rest[0] != all[i+1] {
				t.Fatalf("after entry %d: %d entries", i, len(rest))
			}
		}
	})
}
