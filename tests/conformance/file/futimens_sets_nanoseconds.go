package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Both times come back to the nanosecond.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		const a, m = 1_234_567_890_123_456_789, 1_600_000_000_000_000_001
		t.Errno("futimens", sys.Futimens(fd, sys.At(a), sys.At(m)), sys.OK)
		if s := t.Fstat(fd); s.Atim != a || s.Mtim != m {
			t.Errorf("atime %d, mtime %d", s.Atim, s.Mtim)
		}
	})
}
