package runtime

import (
	"runtime"
	"sync/atomic"

	"gopherix/conformance/t"
)

// Trees built and dropped; what is kept keeps its content, finalizers of what is dropped run.
func init() {
	t.Case(func(t *t.T) {
		type tree struct {
			left, right *tree
			n           int
		}
		var build func(depth int) *tree
		build = func(depth int) *tree {
			if depth == 0 {
				return nil
			}
			return &tree{build(depth - 1), build(depth - 1), depth}
		}
		var count func(*tree) int
		count = func(x *tree) int {
			if x == nil {
				return 0
			}
			return 1 + count(x.left) + count(x.right)
		}
		var finalized atomic.Int32
		kept := build(12)
		for range 30 {
			drop := build(10)
			runtime.SetFinalizer(drop, func(*tree) { finalized.Add(1) })
			runtime.GC()
		}
		for i := 0; finalized.Load() == 0 && i < 1000; i++ {
			runtime.GC()
			runtime.Gosched()
		}
		if n := count(kept); n != 1<<12-1 {
			t.Errorf("%d nodes", n)
		}
		if finalized.Load() == 0 {
			t.Errorf("no finalizer ran")
		}
	})
}
