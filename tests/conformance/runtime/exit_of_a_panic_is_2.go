package runtime

import (
	"gopherix/conformance/t"
)

// The message, the goroutine and exit code 2.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{2},
		Stderr: []string{"panic: this is the end\n", "goroutine 1 [running]:\n"},
		Body:   func() { panic("this is the end") },
	})
}
