package time

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// At least a nanosecond, at most a second.
func init() {
	t.Case(func(t *t.T) {
		for _, id := range []int{sys.Realtime, sys.Monotonic} {
			res, e := sys.ClockGetres(id)
			t.OK("clock_getres", e)
			if res < 1 || res > 1e9 {
				t.Errorf("clock %d: %d ns", id, res)
			}
		}
		_, e := sys.ClockGetres(99)
		t.Errno("clock_getres of an unknown clock", e, sys.EINVAL)
	})
}
