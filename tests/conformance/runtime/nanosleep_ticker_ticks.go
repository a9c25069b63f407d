package runtime

import (
	"time"

	"gopherix/conformance/t"
)

// Five ticks of a millisecond take five milliseconds at least.
func init() {
	t.Case(func(t *t.T) {
		start := time.Now()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for range 5 {
			<-tick.C
		}
		if took := time.Since(start); took < 5*time.Millisecond {
			t.Errorf("five ticks took %v", took)
		}
	})
}
