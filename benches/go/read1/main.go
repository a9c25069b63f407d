// Read1 times reads of one byte from a regular file.
package main

import (
	"flag"
	"io"
	"os"
	"path/filepath"

	"example.com/benches/internal/timing"
)

func main() {
	dir := flag.String("dir", ".", "directory to work in")
	n := flag.Int("n", 500_000, "operations")
	flag.Parse()
	name := filepath.Join(*dir, "read1.bin")
	timing.Check(os.WriteFile(name, make([]byte, 1<<20), 0o644))
	file, err := os.Open(name)
	timing.Check(err)
	one := make([]byte, 1)
	timing.Loop(*n, func() {
		_, err := file.Read(one)
		if err == io.EOF {
			_, err = file.Seek(0, io.SeekStart)
		}
		timing.Check(err)
	})
	timing.Check(file.Close())
	timing.Check(os.Remove(name))
}
