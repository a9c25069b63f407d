//go:build js

// Jsvalue times syscall/js: one operation is one Get, Call or Invoke of a property or function of the host's own.
package main

import (
	"flag"
	"fmt"
	"os"
	"syscall/js"

	"example.com/benches/internal/timing"
)

func main() {
	op := flag.String("op", "get", "get, call or invoke")
	n := flag.Int("n", 500_000, "operations")
	flag.Parse()
	math := js.Global().Get("Math")
	abs := math.Get("abs")
	minus := js.ValueOf(-7)
	operations := map[string]func() js.Value{
		"get":    func() js.Value { return math.Get("PI") },
		"call":   func() js.Value { return math.Call("abs", minus) },
		"invoke": func() js.Value { return abs.Invoke(minus) },
	}
	operation := operations[*op]
	if operation == nil {
		fmt.Fprintln(os.Stderr, "no operation", *op)
		os.Exit(2)
	}
	var sum float64
	timing.Loop(*n, func() { sum += operation().Float() })
	if sum <= 0 {
		timing.Check(fmt.Errorf("%s gave %v", *op, sum))
	}
}
