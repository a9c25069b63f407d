package pipe

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The end of the input counts as ready: a read would not block.
// js has no poll.
func init() {
	t.AddMode(t.Mode{
		Exit:   []int{0},
		Stdout: "read, 0 bytes, OK\n",
		Ports:  []string{"linux", "wasip1"},
		Body: func() {
			evs, e := sys.Poll([]sys.Sub{
				{Kind: sys.Read, Fd: 0}, {Kind: sys.Clock, ClockID: sys.Monotonic, Timeout: 3600e9},
			})
			if e != sys.OK || len(evs) != 1 {
				fmt.Println(evs, e)
				return
			}
			n, e := sys.ReadFd(0, make([]byte, 1))
			fmt.Printf("%s, %d bytes, %v\n", evs[0].Kind, n, e)
		},
	})
}
