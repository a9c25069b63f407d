package process

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// _exit(2) at once: what was written before is out, what comes after is not.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{3},
		Stdout: "before\n",
		Body: func() {
			defer fmt.Println("deferred")
			fmt.Println("before")
			sys.Exit(3)
		},
	})
}
