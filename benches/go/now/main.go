// Now times time.Now.
package main

import (
	"flag"
	"time"

	"example.com/benches/internal/timing"
)

var sink time.Time

func main() {
	n := flag.Int("n", 2_000_000, "operations")
	flag.Parse()
	timing.Loop(*n, func() { sink = time.Now() })
}
