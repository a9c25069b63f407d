package limits

import (
	"fmt"
	"os"

	"gopherix/conformance/t"
)

// A program that keeps all it allocates ends with Go's own message and exit code 2, not by a crash of the host.
func init() {
	t.AddMode(t.Mode{
		Memory: 64 << 20,
		Exit:   []int{2},
		Stderr: []string{"out of memory"},
		Body: func() {
			limitMemory(64 << 20)
			var keep [][]byte
			for {
				b := make([]byte, 1<<20)
				for i := 0; i < len(b); i += 4096 {
					b[i] = 1
				}
				keep = append(keep, b)
				if len(keep) > 4096 {
					fmt.Fprintln(os.Stderr, "4 GiB and no end")
					return
				}
			}
		},
	})
}
