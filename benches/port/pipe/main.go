// Pipe times a mebibyte that passes from a child through a pipe, 64 KiB at a time.
package main

import (
	"flag"
	"io"
	"os"
	"os/exec"
	"time"

	"example.com/portbenches/internal/timing"
)

const (
	block = 64 << 10
	mib   = 1 << 20
)

func main() {
	child := flag.Bool("child", false, "write that many MiB")
	n := flag.Int("n", 512, "MiB")
	flag.Parse()
	if *child {
		data := make([]byte, block)
		for range *n * mib / block {
			_, err := os.Stdout.Write(data)
			timing.Check(err)
		}
		return
	}
	self, err := os.Executable()
	timing.Check(err)
	cmd := exec.Command(self, "-child")
	out, err := cmd.StdoutPipe()
	timing.Check(err)
	timing.Check(cmd.Start())
	buf := make([]byte, block)
	_, err = io.ReadFull(out, buf)
	timing.Check(err)
	start := time.Now()
	for {
		_, err := out.Read(buf)
		if err == io.EOF {
			break
		}
		timing.Check(err)
	}
	timing.Report(time.Since(start), *n)
	timing.Check(cmd.Wait())
}
