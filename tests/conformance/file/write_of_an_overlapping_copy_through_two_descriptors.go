package file

import (
	"bytes"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A block read at one offset and written at another of the same file arrives unchanged, 1 MiB at a time.
func init() {
	t.Case(func(t *t.T) {
		a := t.Create("f", "")
		block := make([]byte, 1<<20)
		for i := range block {
			block[i] = byte(i * 7 >> 3)
		}
		n, e := sys.WriteFd(a, block)
		t.Ret("write", n, e, len(block), sys.OK)
		b := t.Open(t.Dir, "f", sys.RDWR)
		buf := make([]byte, len(block))
		n, e = sys.Pread(a, buf, 0)
		t.Ret("pread", n, e, len(buf), sys.OK)
		n, e = sys.Pwrite(b, buf, 1000)
		t.Ret("pwrite", n, e, len(buf), sys.OK)
		n, e = sys.Pread(a, buf, 1000)
		t.Ret("pread", n, e, len(buf), sys.OK)
		if !bytes.Equal(buf, block) {
			t.Errorf("the copy differs")
		}
		if s := t.Fstat(a); s.Size != 1<<20+1000 {
			t.Errorf("size %d", s.Size)
		}
	})
}
