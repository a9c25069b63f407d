package runtime

import (
	"gopherix/conformance/t"
)

// All goroutines asleep: the runtime notices by itself.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{2},
		Stderr: []string{"fatal error: all goroutines are asleep - deadlock!\n", "[chan receive]:\n"},
		Body: func() {
			ch := make(chan int)
			<-ch
		},
	})
}
