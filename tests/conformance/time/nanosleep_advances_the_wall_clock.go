package time

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Both clocks go on during a sleep.
func init() {
	t.Case(func(t *t.T) {
		before, _ := sys.ClockGettime(sys.Realtime)
		t.OK("nanosleep", sys.Nanosleep(5e6))
		after, _ := sys.ClockGettime(sys.Realtime)
		if after <= before {
			t.Errorf("%d after %d", after, before)
		}
	})
}
