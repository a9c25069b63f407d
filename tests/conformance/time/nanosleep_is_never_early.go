package time

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Ten short sleeps, each measured on the monotonic clock.
func init() {
	t.Case(func(t *t.T) {
		for i := range 10 {
			ns := int64(i) * 300_000
			before, _ := sys.ClockGettime(sys.Monotonic)
			t.OK("nanosleep", sys.Nanosleep(ns))
			after, _ := sys.ClockGettime(sys.Monotonic)
			if after-before < ns {
				t.Errorf("%d ns took %d ns", ns, after-before)
			}
		}
	})
}
