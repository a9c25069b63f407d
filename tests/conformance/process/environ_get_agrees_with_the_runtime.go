package process

import (
	"fmt"
	"os"
	"slices"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// What the system says and what Go's os.Environ holds, before anyone changes it.
func init() {
	t.AddMode(t.Mode{
		Env:    []string{"CONFORMANCE_A=1", "CONFORMANCE_EMPTY=", "CONFORMANCE_TEXT=a=b c\nd"},
		Exit:   []int{0},
		Stdout: "1||a=b c\nd|same",
		Body: func() {
			env, e := sys.Environ()
			here := os.Environ()
			slices.Sort(env)
			slices.Sort(here)
			same := "same"
			if e != sys.OK || !slices.Equal(env, here) {
				same = fmt.Sprintf("%v: %q and %q", e, env, here)
			}
			fmt.Print(os.Getenv("CONFORMANCE_A"), "|", os.Getenv("CONFORMANCE_EMPTY"), "|", os.Getenv("CONFORMANCE_TEXT"), "|", same)
		},
	})
}
