// Stat times os.Stat of one existing file.
package main

import (
	"flag"
	"os"
	"path/filepath"

	"example.com/benches/internal/timing"
)

func main() {
	dir := flag.String("dir", ".", "directory to work in")
	n := flag.Int("n", 100_000, "operations")
	flag.Parse()
	name := filepath.Join(*dir, "stat.txt")
	timing.Check(os.WriteFile(name, []byte("hello"), 0o644))
	timing.Loop(*n, func() {
		_, err := os.Stat(name)
		timing.Check(err)
	})
	timing.Check(os.Remove(name))
}
