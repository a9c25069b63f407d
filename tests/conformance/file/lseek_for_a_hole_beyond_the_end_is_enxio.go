package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// lseek(2), ENXIO: SEEK_HOLE and SEEK_DATA beyond the end; the end itself is a hole.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		at, e := sys.Lseek(fd, 0, sys.SeekHole)
		t.Ret64("lseek for a hole", at, e, 3, sys.OK)
		for _, whence := range []int{sys.SeekHole, sys.SeekData} {
			at, e := sys.Lseek(fd, 100, whence)
			t.Ret64("lseek beyond the end", at, e, 0, sys.ENXIO)
		}
	})
}
