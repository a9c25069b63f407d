// Files times creating and removing many files in one directory; an operation is one file, created and removed.
package main

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"example.com/benches/internal/timing"
)

func main() {
	dir := flag.String("dir", ".", "directory to work in")
	n := flag.Int("n", 10_000, "files")
	flag.Parse()
	work, err := os.MkdirTemp(*dir, "files")
	timing.Check(err)
	round(work, *n/10)
	start := time.Now()
	round(work, *n)
	timing.Report(time.Since(start), *n)
	timing.Check(os.Remove(work))
}

func round(dir string, n int) {
	for i := range n {
		file, err := os.Create(filepath.Join(dir, strconv.Itoa(i)))
		timing.Check(err)
		timing.Check(file.Close())
	}
	for i := range n {
		timing.Check(os.Remove(filepath.Join(dir, strconv.Itoa(i))))
	}
}
