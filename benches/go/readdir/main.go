// Readdir times os.ReadDir of a directory with many entries; an operation is one whole listing.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"example.com/benches/internal/timing"
)

func main() {
	dir := flag.String("dir", ".", "directory to work in")
	entries := flag.Int("entries", 10_000, "entries in the directory")
	n := flag.Int("n", 5, "operations")
	flag.Parse()
	work, err := os.MkdirTemp(*dir, "readdir")
	timing.Check(err)
	for i := range *entries {
		timing.Check(os.WriteFile(filepath.Join(work, fmt.Sprintf("entry-%06d", i)), nil, 0o644))
	}
	timing.Loop(*n, func() {
		list, err := os.ReadDir(work)
		timing.Check(err)
		if len(list) != *entries {
			timing.Check(fmt.Errorf("%d entries, not %d", len(list), *entries))
		}
	})
	timing.Check(os.RemoveAll(work))
}
