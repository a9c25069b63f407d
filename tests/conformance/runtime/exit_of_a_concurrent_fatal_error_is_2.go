package runtime

import (
	"sync"

	"gopherix/conformance/t"
)

// Errors that no recover catches: unlock of an unlocked mutex.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{2},
		Stderr: []string{"fatal error: sync: unlock of unlocked mutex\n"},
		Body: func() {
			defer func() { _ = recover() }()
			var mu sync.Mutex
			mu.Unlock()
		},
	})
}
