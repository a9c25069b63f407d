package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// In the event or of the call: WASI's text leaves open which.
func init() {
	t.Case(func(t *t.T) {
		t.WASIOnly("ppoll(2) takes no clock")
		evs, e := sys.Poll([]sys.Sub{{User: 1, Kind: sys.Clock, ClockID: 99, Timeout: 1}})
		if e == sys.OK && len(evs) == 1 {
			e = evs[0].Err
		}
		t.Errno("poll", e, sys.EINVAL, sys.ENOTSUP)
	})
}
