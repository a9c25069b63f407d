package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// With one it stays.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abcdef")
		buf := make([]byte, 2)
		for _, step := range []struct {
			offset int64
			want   string
		}{{-1, "ab"}, {4, "ef"}, {-1, "cd"}, {-1, "ef"}} {
			n, e := sys.Preadv2(fd, buf, step.offset)
			t.Ret("preadv2", n, e, 2, sys.OK)
			if string(buf) != step.want {
				t.Errorf("preadv2 at %d read %q, want %q", step.offset, buf, step.want)
			}
		}
		n, e := sys.Preadv2(fd, buf, -1)
		t.Ret("preadv2 at the end", n, e, 0, sys.OK)
	})
}
