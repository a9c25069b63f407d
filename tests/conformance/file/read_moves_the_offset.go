package file

import (
	"slices"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Reads follow one another without a gap.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abcdefgh")
		var got []string
		for range 3 {
			buf := make([]byte, 3)
			n, e := sys.ReadFd(fd, buf)
			t.OK("read", e)
			got = append(got, string(buf[:n]))
		}
		if !slices.Equal(got, []string{"abc", "def", "gh"}) {
			t.Errorf("reads gave %q", got)
		}
		at, e := sys.Lseek(fd, 0, sys.SeekCur)
		t.Ret64("lseek", at, e, 8, sys.OK)
	})
}
