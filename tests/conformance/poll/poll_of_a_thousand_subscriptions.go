package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// All ready ones come in one call, each with its own tag, once.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		subs := []sys.Sub{{User: 5000, Kind: sys.Clock, ClockID: sys.Monotonic, Timeout: 3600e9}}
		for i := range 1000 {
			subs = append(subs, sys.Sub{User: uint64(i), Kind: sys.Read, Fd: fd})
		}
		evs, e := sys.Poll(subs)
		t.OK("poll", e)
		seen := map[uint64]bool{}
		for _, ev := range evs {
			if ev.User >= 1000 || ev.Kind != sys.Read || seen[ev.User] {
				t.Fatalf("event %+v", ev)
			}
			seen[ev.User] = true
		}
		if len(seen) != 1000 {
			t.Errorf("%d events", len(seen))
		}
	})
}
