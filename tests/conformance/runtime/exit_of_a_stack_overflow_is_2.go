package runtime

import (
	"fmt"
	"runtime/debug"

	"gopherix/conformance/t"
)

// Endless recursion hits the runtime's limit (set to 1 MiB here), not the engine's.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{2},
		Stderr: []string{"goroutine stack exceeds", "fatal error: stack overflow\n"},
		Body: func() {
			debug.SetMaxStack(1 << 20)
			var down func(n int) int
			down = func(n int) int { return down(n+1) + 1 }
			fmt.Println(down(0))
		},
	})
}
