// Fib times function calls: one operation is fib(35).
package main

import (
	"flag"

	"example.com/benches/internal/timing"
)

var sink int

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func main() {
	n := flag.Int("n", 5, "operations")
	of := flag.Int("of", 35, "which Fibonacci number")
	flag.Parse()
	timing.Loop(*n, func() { sink = fib(*of) })
}
