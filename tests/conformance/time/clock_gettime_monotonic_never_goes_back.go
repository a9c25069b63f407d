package time

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// 100,000 readings.
func init() {
	t.Case(func(t *t.T) {
		last := int64(0)
		for range 100_000 {
			now, e := sys.ClockGettime(sys.Monotonic)
			t.OK("clock_gettime", e)
			if now < last {
				t.Fatalf("%d after %d", now, last)
			}
			last = now
		}
	})
}
