package random

import (
	"math/bits"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Of 8 Mi bits about half are set; twelve standard deviations (1,448 each) are allowed.
func init() {
	t.Case(func(t *t.T) {
		buf := make([]byte, 1<<20)
		t.OK("getrandom", sys.Getrandom(buf))
		ones := 0
		for _, b := range buf {
			ones += bits.OnesCount8(b)
		}
		if d := ones - 4<<20; d < -12*1448 || d > 12*1448 {
			t.Errorf("%d bits of %d are set", ones, 8<<20)
		}
	})
}
