package signal

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// 128+15 by default.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{143},
		Stdout: "before\n",
		Body: func() {
			fmt.Println("before")
			fmt.Println("after", sys.Raise(sys.SigTerm))
		},
	})
}
