// Sort times sorting: one operation sorts the same 200,000 random numbers by sort.Slice.
package main

import (
	"flag"
	"math/rand"
	"sort"

	"example.com/benches/internal/timing"
)

func main() {
	n := flag.Int("n", 10, "operations")
	count := flag.Int("count", 200_000, "numbers")
	flag.Parse()
	source := rand.New(rand.NewSource(1))
	numbers := make([]int, *count)
	for i := range numbers {
		numbers[i] = source.Int()
	}
	work := make([]int, *count)
	timing.Loop(*n, func() {
		copy(work, numbers)
		sort.Slice(work, func(i, j int) bool { return work[i] < work[j] })
	})
}
