package process

import (
	"fmt"

	"gopherix/conformance/t"
)

// The end of main is success.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{0},
		Stdout: "done\n",
		Body:   func() { fmt.Println("done") },
	})
}
