package pipe

import (
	"fmt"
	"os"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// EPIPE for the program, or death by SIGPIPE (128+13), as the runtime has it: Go on Linux dies if it writes by package
// os, and gets the error by a raw call.
func init() {
	t.AddMode(t.Mode{
		CloseStdout: true,
		Exit:        []int{9, 141},
		Body: func() {
			_, e := sys.WriteFd(1, []byte("x"))
			if e == sys.EPIPE {
				sys.Exit(9)
			}
			fmt.Fprintln(os.Stderr, e)
		},
	})
}
