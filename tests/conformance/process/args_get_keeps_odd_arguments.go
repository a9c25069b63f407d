package process

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Empty, with spaces, quotes, newlines, not ASCII: all arrive as they are, in order.
func init() {
	t.AddMode(t.Mode{
		Args:   []string{"", " ", "a b", `"q"`, "x\ny", "ünï", "-flag=1", "--"},
		Exit:   []int{0},
		Stdout: `["" " " "a b" "\"q\"" "x\ny" "ünï" "-flag=1" "--"]`,
		Body: func() {
			args, e := sys.Args()
			if e != sys.OK || len(args) < 3 {
				fmt.Println(e, args)
				return
			}
			fmt.Printf("%q", args[3:])
		},
	})
}
