package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The end is given on the clock itself.
func init() {
	t.Case(func(t *t.T) {
		for _, id := range []int{sys.Monotonic, sys.Realtime} {
			now, e := sys.ClockGettime(id)
			t.OK("clock_gettime", e)
			_, e = sys.Poll([]sys.Sub{{Kind: sys.Clock, ClockID: id, Timeout: now + 2e6, Abs: true}})
			t.OK("poll", e)
			if after, _ := sys.ClockGettime(id); after < now+2e6 {
				t.Errorf("clock %d: %d ns early", id, now+2e6-after)
			}
		}
	})
}
