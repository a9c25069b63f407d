package dir

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Each has its own place.
func init() {
	t.Case(func(t *t.T) {
		for i := range 100 {
			t.File(fmt.Sprintf("f%d", i), "")
		}
		other := t.Open(t.Dir, ".", sys.RDONLY|sys.DIRECTORY)
		ents, e := sys.Getdents(t.Dir, 512, 0)
		t.OK("getdents", e)
		if names := t.Names(other, 512); len(names) != 100 {
			t.Errorf("%d names by the other", len(names))
		}
		rest := 0
		for len(ents) > 0 {
			rest += len(ents)
			ents, e = sys.Getdents(t.Dir, 512, ents[len(ents)-1].Next)
			t.OK("getdents", e)
		}
		if rest != 102 && rest != 100 {
			t.Errorf("%d entries by the first", rest)
		}
	})
}
