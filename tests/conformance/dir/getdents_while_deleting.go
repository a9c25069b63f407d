package dir

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Each name is removed as soon as it is read: none is missed, none comes twice.
func init() {
	t.Case(func(t *t.T) {
		const n = 500
		for i := range n {
			t.File(fmt.Sprintf("f%d", i), "")
		}
		seen := map[string]bool{}
		cookie := uint64(0)
		for {
			ents, e := sys.Getdents(t.Dir, 512, cookie)
			t.OK("getdents", e)
			if len(ents) == 0 {
				break
			}
			for _, d := range ents {
				cookie = d.Next
				if d.Name == "." || d.Name == ".." {
					continue
				}
				if seen[d.Name] {
					t.Errorf("%s came twice", d.Name)
				}
				seen[d.Name] = true
				t.OK("unlinkat", sys.Unlinkat(t.Dir, d.Name, false))
			}
		}
		if len(seen) != n {
			t.Errorf("%d names came", len(seen))
		}
		if left := t.Names(t.Dir, 4096); len(left) != 0 {
			t.Errorf("left over: %q", left)
		}
	})
}
