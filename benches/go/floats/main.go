// Floats times a loop that calls nothing: one operation is ten million steps of the logistic map.
package main

import (
	"flag"

	"example.com/benches/internal/timing"
)

var sink float64

func orbit(x float64) float64 {
	for range 10_000_000 {
		x = 3.9 * x * (1 - x)
	}
	return x
}

func main() {
	n := flag.Int("n", 10, "operations")
	flag.Parse()
	timing.Loop(*n, func() { sink = orbit(0.5) })
}
