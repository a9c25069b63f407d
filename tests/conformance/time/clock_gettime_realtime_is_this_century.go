package time

import (
	"time"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Nanoseconds since 1970, the same clock as the runtime's.
func init() {
	t.Case(func(t *t.T) {
		now, e := sys.ClockGettime(sys.Realtime)
		t.OK("clock_gettime", e)
		if y := time.Unix(0, now).UTC().Year(); y < 2024 || y > 2200 {
			t.Errorf("year %d", y)
		}
		if d := time.Since(time.Unix(0, now)); d < -time.Hour || d > time.Hour {
			t.Errorf("time.Now is %v away", d)
		}
	})
}
