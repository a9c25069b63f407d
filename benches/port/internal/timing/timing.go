// Package timing measures a loop inside the program, so that start-up and compilation do not count.
package timing

import (
	"fmt"
	"os"
	"time"
)

// Loop runs op a tenth of n times to warm up, then n times, and prints the mean in ns/op.
func Loop(n int, op func()) {
	for range n/10 + 1 {
		op()
	}
	start := time.Now()
	for range n {
		op()
	}
	Report(time.Since(start), n)
}

// Report prints the mean of n operations that took d together. The bench command reads this line.
func Report(d time.Duration, n int) {
	fmt.Printf("%.1f ns/op\n", float64(d.Nanoseconds())/float64(n))
}

// Check ends the program if err is not nil.
func Check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
