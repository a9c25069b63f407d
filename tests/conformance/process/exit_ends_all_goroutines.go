package process

import (
	"os"
	"runtime"

	"gopherix/conformance/t"
)

// No goroutine holds the process up.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{7},
		Stdout: "",
		Body: func() {
			for range 10 {
				go func() { select {} }()
			}
			runtime.Gosched()
			os.Exit(7)
		},
	})
}
