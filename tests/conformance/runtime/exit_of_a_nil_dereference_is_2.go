package runtime

import (
	"fmt"

	"gopherix/conformance/t"
)

// SIGSEGV by name, although WebAssembly has no signals.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{2},
		Stderr: []string{"panic: runtime error: invalid memory address or nil pointer dereference\n", "goroutine 1 [running]:\n"},
		Body: func() {
			var p *struct{ n int }
			fmt.Println(p.n)
		},
	})
}
