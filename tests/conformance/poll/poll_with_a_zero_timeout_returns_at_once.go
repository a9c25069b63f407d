package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// As poll(2) with timeout 0: it looks and does not wait.
func init() {
	t.Case(func(t *t.T) {
		evs, e := sys.Poll([]sys.Sub{{User: 9, Kind: sys.Clock, ClockID: sys.Monotonic}})
		t.OK("poll", e)
		if len(evs) != 1 || evs[0].User != 9 {
			t.Errorf("events: %+v", evs)
		}
	})
}
