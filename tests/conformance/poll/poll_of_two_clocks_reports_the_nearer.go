package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The farther one, an hour away, is not ready.
func init() {
	t.Case(func(t *t.T) {
		evs, e := sys.Poll([]sys.Sub{
			{User: 1, Kind: sys.Clock, ClockID: sys.Monotonic, Timeout: 3600e9},
			{User: 2, Kind: sys.Clock, ClockID: sys.Monotonic, Timeout: 1e6},
		})
		t.OK("poll", e)
		if len(evs) != 1 || evs[0].User != 2 {
			t.Errorf("events: %+v", evs)
		}
	})
}
