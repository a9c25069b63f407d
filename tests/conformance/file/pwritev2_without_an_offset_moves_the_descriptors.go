package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// With one it stays.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "")
		for _, step := range []struct {
			offset int64
			data   string
		}{{-1, "ab"}, {4, "EF"}, {-1, "cd"}, {0, "A"}} {
			n, e := sys.Pwritev2(fd, []byte(step.data), step.offset)
			t.Ret("pwritev2", n, e, len(step.data), sys.OK)
		}
		t.Want("f", "AbcdEF")
	})
}
