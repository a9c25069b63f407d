package runtime

import (
	"runtime"

	"gopherix/conformance/t"
)

// runtime.Goexit on the main goroutine with nothing left to run.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{2},
		Stderr: []string{"fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n"},
		Body:   func() { runtime.Goexit() },
	})
}
