package pipe

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Empty: only the writer is ready. With data: both. Without a writer: the reader hangs up.
func init() {
	t.Case(func(t *t.T) {
		r, w := open(t)
		ready := func() (read, write, hangup bool) {
			evs, e := sys.Poll([]sys.Sub{
				{User: 1, Kind: sys.Read, Fd: r}, {User: 2, Kind: sys.Write, Fd: w}, {Kind: sys.Clock, ClockID: sys.Monotonic},
			})
			t.OK("poll", e)
			for _, ev := range evs {
				read, write = read || ev.User == 1, write || ev.User == 2 && ev.Err == sys.OK
				hangup = hangup || ev.User == 1 && ev.Hangup
			}
			return
		}
		if read, write, hangup := ready(); read || !write || hangup {
			t.Errorf("empty: read %v, write %v, hangup %v", read, write, hangup)
		}
		t.Write(w, "x")
		if read, write, hangup := ready(); !read || !write || hangup {
			t.Errorf("with data: read %v, write %v, hangup %v", read, write, hangup)
		}
		t.Close(w)
		if read, _, hangup := ready(); !read || !hangup {
			t.Errorf("without a writer: read %v, hangup %v", read, hangup)
		}
	})
}
