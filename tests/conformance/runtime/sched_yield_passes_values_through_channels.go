package runtime

import (
	"gopherix/conformance/t"
)

// A chain of 200 goroutines; each adds one.
func init() {
	t.Case(func(t *t.T) {
		first := make(chan int)
		in := first
		for range 200 {
			out := make(chan int)
			go func(in <-chan int, out chan<- int) {
				for v := range in {
					out <- v + 1
				}
				close(out)
			}(in, out)
			in = out
		}
		go func() {
			for i := range 50 {
				first <- i * 1000
			}
			close(first)
		}()
		i := 0
		for v := range in {
			if v != i*1000+200 {
				t.Fatalf("value %d is %d", i, v)
			}
			i++
		}
		if i != 50 {
			t.Errorf("%d values", i)
		}
	})
}
