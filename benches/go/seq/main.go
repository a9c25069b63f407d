// Seq times sequential writing or reading of one large file; an operation is one block.
package main

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"time"

	"example.com/benches/internal/timing"
)

func main() {
	dir := flag.String("dir", ".", "directory to work in")
	mib := flag.Int("mib", 256, "size of the file in MiB")
	block := flag.Int("block", 64<<10, "size of one operation in bytes")
	read := flag.Bool("read", false, "time reading, not writing")
	flag.Parse()
	name := filepath.Join(*dir, "seq.bin")
	buffer := make([]byte, *block)
	blocks := *mib << 20 / *block

	write(name, buffer, blocks/16) // to warm up
	start := time.Now()
	write(name, buffer, blocks)
	took := time.Since(start)
	if *read {
		pass(name, buffer)
		start = time.Now()
		pass(name, buffer)
		took = time.Since(start)
	}
	timing.Report(took, blocks)
	timing.Check(os.Remove(name))
}

func write(name string, buffer []byte, blocks int) {
	file, err := os.Create(name)
	timing.Check(err)
	for range blocks {
		_, err := file.Write(buffer)
		timing.Check(err)
	}
	timing.Check(file.Close())
}

func pass(name string, buffer []byte) {
	file, err := os.Open(name)
	timing.Check(err)
	for {
		_, err := io.ReadFull(file, buffer)
		if err == io.EOF {
			break
		}
		timing.Check(err)
	}
	timing.Check(file.Close())
}
