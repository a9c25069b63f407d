package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// O_TRUNC, seen by a descriptor opened before.
func init() {
	t.Case(func(t *t.T) {
		old := t.Create("f", "abc")
		t.Open(t.Dir, "f", sys.WRONLY|sys.TRUNC)
		n, e := sys.ReadFd(old, make([]byte, 8))
		t.Ret("read", n, e, 0, sys.OK)
		if s := t.Fstat(old); s.Size != 0 {
			t.Errorf("size %d", s.Size)
		}
	})
}
