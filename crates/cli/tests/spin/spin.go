// Package spin has what a goroutine does that never gives way by itself.
package spin

//go:noinline
func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

// Forever calls functions for ever. Those that call nothing themselves would not do: they have no stack check. It may be
// stopped between two calls: of an inlined function nothing would be known then.
//
//go:noinline
func Forever() {
	for {
		fib(12)
	}
}
