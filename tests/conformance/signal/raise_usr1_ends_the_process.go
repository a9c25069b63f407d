package signal

import (
	"fmt"
	"os"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// 128+10 by the kernel's default. Go on Linux installs a handler for it that does nothing: there the program goes on.
func init() {
	t.AddMode(t.Mode{
		Exit:  []int{138},
		Ports: []string{"wasip1"},
		Body: func() {
			fmt.Fprintln(os.Stderr, "after", sys.Raise(sys.SigUsr1))
		},
	})
}
