package time

import (
	"runtime"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// CLOCK_PROCESS_CPUTIME_ID and CLOCK_THREAD_CPUTIME_ID rise when the program computes.
func init() {
	t.Case(func(t *t.T) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for _, id := range []int{sys.ProcessCPU, sys.ThreadCPU} {
			before, e := sys.ClockGettime(id)
			t.OK("clock_gettime", e)
			after, x := before, uint64(1)
			for rounds := 0; after <= before && rounds < 10_000; rounds++ {
				for range 100_000 {
					x = x*6364136223846793005 + 1
				}
				after, e = sys.ClockGettime(id)
				t.OK("clock_gettime", e)
			}
			if after <= before || x == 0 {
				t.Errorf("clock %d: %d, after much work %d", id, before, after)
			}
		}
	})
}
