package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// For reading (at its end too) and for writing, ahead of a timeout of an hour.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		for range 2 {
			evs, e := sys.Poll([]sys.Sub{
				{User: 1, Kind: sys.Clock, ClockID: sys.Monotonic, Timeout: 3600e9},
				{User: 2, Kind: sys.Read, Fd: fd},
				{User: 3, Kind: sys.Write, Fd: fd},
			})
			t.OK("poll", e)
			if len(evs) != 2 || evs[0].Err != sys.OK || evs[1].Err != sys.OK || evs[0].User+evs[1].User != 5 {
				t.Errorf("events: %+v", evs)
			}
			_, e = sys.Lseek(fd, 0, sys.SeekEnd)
			t.OK("lseek", e)
		}
	})
}
