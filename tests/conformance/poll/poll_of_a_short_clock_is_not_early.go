package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A relative timeout on the monotonic clock ends after it at the earliest, and gives one clock event with its tag.
func init() {
	t.Case(func(t *t.T) {
		before, e := sys.ClockGettime(sys.Monotonic)
		t.OK("clock_gettime", e)
		evs, e := sys.Poll([]sys.Sub{{User: 77, Kind: sys.Clock, ClockID: sys.Monotonic, Timeout: 3e6}})
		t.OK("poll", e)
		after, _ := sys.ClockGettime(sys.Monotonic)
		if after-before < 3e6 {
			t.Errorf("3 ms took %d ns", after-before)
		}
		if len(evs) != 1 || evs[0].User != 77 || evs[0].Kind != sys.Clock || evs[0].Err != sys.OK {
			t.Errorf("events: %+v", evs)
		}
	})
}
