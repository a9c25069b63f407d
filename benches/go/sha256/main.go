// Sha256 times hashing: one operation is 1 MiB.
package main

import (
	"crypto/sha256"
	"flag"

	"example.com/benches/internal/timing"
)

var sink [sha256.Size]byte

func main() {
	n := flag.Int("n", 64, "operations")
	flag.Parse()
	data := make([]byte, 1<<20)
	timing.Loop(*n, func() { sink = sha256.Sum256(data) })
}
