package pipe

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// 64 KiB on Linux; any size is right if what was taken comes out again.
func init() {
	t.Case(func(t *t.T) {
		r, w := open(t)
		t.OK("setfl", sys.Setfl(w, sys.NONBLOCK))
		total := 0
		for {
			n, e := sys.WriteFd(w, make([]byte, 4096))
			if e != sys.OK {
				t.Errno("write", e, sys.EAGAIN)
				break
			}
			total += n
			if total > 1<<24 {
				t.Fatalf("the pipe is never full")
			}
		}
		t.Close(w)
		if got := len(t.Rest(r)); got != total || total < 4096 {
			t.Errorf("%d bytes went in, %d came out", total, got)
		}
	})
}
