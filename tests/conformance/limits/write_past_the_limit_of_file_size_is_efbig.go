package limits

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// RLIMIT_FSIZE: a write is cut at the limit, the next one is EFBIG. The limit here is 100,000 bytes.
func init() {
	t.Case(func(t *t.T) {
		undo := limitSize(t, 100_000)
		defer undo()
		fd := t.Create("f", "")
		n, e := sys.WriteFd(fd, make([]byte, 99_990))
		t.Ret("write below the limit", n, e, 99_990, sys.OK)
		n, e = sys.WriteFd(fd, make([]byte, 20))
		t.Ret("write across the limit", n, e, 10, sys.OK)
		n, e = sys.WriteFd(fd, make([]byte, 20))
		t.Ret("write at the limit", n, e, 0, sys.EFBIG)
		t.Errno("ftruncate beyond the limit", sys.Ftruncate(fd, 100_001), sys.EFBIG)
		if s := t.Fstat(fd); s.Size != 100_000 {
			t.Errorf("size %d", s.Size)
		}
	})
}
