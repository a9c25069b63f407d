package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A connection is ready for writing at once, for reading when data or the end has come.
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "bye")
		evs, e := sys.Poll([]sys.Sub{{User: 1, Kind: sys.Read, Fd: fd}})
		t.OK("poll", e)
		if len(evs) != 1 || evs[0].User != 1 || evs[0].Err != sys.OK {
			t.Errorf("events: %+v", evs)
		}
		fd = connection(t, "echo")
		evs, e = sys.Poll([]sys.Sub{{User: 1, Kind: sys.Read, Fd: fd}, {User: 2, Kind: sys.Write, Fd: fd}})
		t.OK("poll", e)
		if len(evs) != 1 || evs[0].User != 2 || evs[0].Err != sys.OK {
			t.Errorf("events: %+v", evs)
		}
	})
}
