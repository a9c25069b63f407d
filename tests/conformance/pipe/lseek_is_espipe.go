package pipe

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Nothing to seek in; pread and pwrite neither.
func init() {
	t.Case(func(t *t.T) {
		r, w := open(t)
		_, e := sys.Lseek(r, 0, sys.SeekCur)
		t.Errno("lseek", e, sys.ESPIPE)
		_, e = sys.Pread(r, make([]byte, 1), 0)
		t.Errno("pread", e, sys.ESPIPE)
		_, e = sys.Pwrite(w, []byte("x"), 0)
		t.Errno("pwrite", e, sys.ESPIPE)
	})
}
