package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// subscription_clock_abstime: on the monotonic and the realtime clock.
func init() {
	t.Case(func(t *t.T) {
		for _, id := range []int{sys.Monotonic, sys.Realtime} {
			evs, e := sys.Poll([]sys.Sub{{User: 5, Kind: sys.Clock, ClockID: id, Timeout: 1, Abs: true}})
			t.OK("poll", e)
			if len(evs) != 1 || evs[0].User != 5 || evs[0].Kind != sys.Clock {
				t.Errorf("clock %d: %+v", id, evs)
			}
		}
	})
}
