package signal

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// 128+15 by default.
// js has no way to raise a signal.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{143},
		Stdout: "before\n",
		Ports:  []string{"linux", "wasip1"},
		Body: func() {
			fmt.Println("before")
			fmt.Println("after", sys.Raise(sys.SigTerm))
		},
	})
}
