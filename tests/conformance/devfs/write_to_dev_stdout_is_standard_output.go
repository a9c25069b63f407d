package devfs

import (
	"fmt"
	"os"

	"gopherix/conformance/t"
)

// And /dev/stdin is standard input.
func init() {
	t.AddMode(t.Mode{
		Stdin:  "hello",
		Exit:   []int{0},
		Stdout: "hello",
		Body: func() {
			in, err := os.ReadFile("/dev/stdin")
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
			out, err := os.OpenFile("/dev/stdout", os.O_WRONLY, 0)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return
			}
			_, _ = out.Write(in)
		},
	})
}
