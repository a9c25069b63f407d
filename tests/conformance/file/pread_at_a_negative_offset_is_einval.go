package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// pread(2), EINVAL. WASI's offset is unsigned ("filesize: u64"): beyond 2^63 is as wrong there.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		n, e := sys.Pread(fd, make([]byte, 4), -1)
		t.Ret("pread at -1", n, e, 0, sys.EINVAL)
	})
}
