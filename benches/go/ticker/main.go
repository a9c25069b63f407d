// Ticker prints how late the ticks of a 50 ms ticker come beside a goroutine that only calls functions: of all in order the
// one at the 99th percentile, and the last, in milliseconds. With -spin it has no ticker, and loops without a call.
package main

import (
	"flag"
	"fmt"
	"slices"
	"time"
)

var sink float64

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func main() {
	n := flag.Int("n", 100, "ticks")
	spin := flag.Bool("spin", false, "loop for ever instead")
	flag.Parse()
	if *spin {
		for x := 1.5; ; x *= 1.5 {
			sink = x
		}
	}
	go func() {
		for {
			fib(12)
		}
	}()
	const period = 50 * time.Millisecond
	start := time.Now()
	ticker := time.NewTicker(period)
	var late []time.Duration
	for tick := 1; tick <= *n; tick++ {
		<-ticker.C
		late = append(late, time.Since(start)-time.Duration(tick)*period)
	}
	slices.Sort(late)
	at := (len(late)*99+99)/100 - 1
	fmt.Printf("%.1f %.1f\n", late[at].Seconds()*1000, late[len(late)-1].Seconds()*1000)
}
