package pipe

import (
	"fmt"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Larger than any pipe: 1 MiB in, its size and sum out.
func init() {
	t.AddMode(t.Mode{
		Stdin:  strings.Repeat("0123456789abcdef", 1<<16),
		Exit:   []int{0},
		Stdout: "1048576 73531392\n",
		Body: func() {
			n, sum := 0, 0
			buf := make([]byte, 5000)
			for {
				k, e := sys.ReadFd(0, buf)
				if e == sys.EAGAIN { // Go's wasip1 port makes the standard streams non-blocking
					_, e = sys.Poll([]sys.Sub{{Kind: sys.Read, Fd: 0}})
					if e == sys.OK {
						continue
					}
				}
				if e != sys.OK {
					fmt.Println(e)
					return
				}
				if k == 0 {
					break
				}
				n += k
				for _, b := range buf[:k] {
					sum += int(b)
				}
			}
			k, e := sys.ReadFd(0, buf)
			if k != 0 || e != sys.OK {
				fmt.Println("after the end:", k, e)
			}
			fmt.Println(n, sum)
		},
	})
}
