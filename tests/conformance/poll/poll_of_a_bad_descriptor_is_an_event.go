package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// poll(2): POLLNVAL. WASI: the event's error is badf; the call itself succeeds and the good ones are reported too.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		evs, e := sys.Poll([]sys.Sub{{User: 1, Kind: sys.Read, Fd: 9999}, {User: 2, Kind: sys.Write, Fd: fd}})
		t.OK("poll", e)
		got := map[uint64]sys.Errno{}
		for _, ev := range evs {
			got[ev.User] = ev.Err
		}
		if len(evs) != 2 || got[1] != sys.EBADF || got[2] != sys.OK {
			t.Errorf("events: %+v", evs)
		}
	})
}
