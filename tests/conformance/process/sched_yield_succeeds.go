package process

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Always, however often.
func init() {
	t.Case(func(t *t.T) {
		for range 1000 {
			t.Errno("sched_yield", sys.SchedYield(), sys.OK)
		}
	})
}
