package runtime

import (
	"runtime"
	"sync"
	"sync/atomic"

	"gopherix/conformance/t"
)

// 1,000 goroutines, each yielding a hundred times, all come to their end.
func init() {
	t.Case(func(t *t.T) {
		var wg sync.WaitGroup
		var total atomic.Int64
		for range 1000 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for range 100 {
					runtime.Gosched()
					total.Add(1)
				}
			}()
		}
		wg.Wait()
		if total.Load() != 100_000 {
			t.Errorf("%d turns", total.Load())
		}
	})
}
