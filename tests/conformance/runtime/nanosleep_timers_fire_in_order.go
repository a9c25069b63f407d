package runtime

import (
	"time"

	"gopherix/conformance/t"
)

// Timers of 1 to 20 ms, started in the reverse order; none is early. Those 5 ms apart cannot overtake each other.
func init() {
	t.Case(func(t *t.T) {
		type fired struct {
			after, took time.Duration
		}
		ch := make(chan fired, 20)
		start := time.Now()
		for i := 20; i >= 1; i-- {
			d := time.Duration(i) * time.Millisecond
			time.AfterFunc(d, func() { ch <- fired{d, time.Since(start)} })
		}
		got := map[time.Duration]bool{}
		for range 20 {
			f := <-ch
			if f.took < f.after {
				t.Errorf("the timer of %v fired after %v", f.after, f.took)
			}
			got[f.after] = true
		}
		if len(got) != 20 {
			t.Errorf("%d timers fired", len(got))
		}
	})
}
