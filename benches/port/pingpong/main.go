// Pingpong times a byte that goes to a child through one pipe and comes back through another.
package main

import (
	"flag"
	"io"
	"os"
	"os/exec"

	"example.com/portbenches/internal/timing"
)

func main() {
	child := flag.Bool("child", false, "send back what comes")
	n := flag.Int("n", 20_000, "operations")
	flag.Parse()
	buf := make([]byte, 1)
	if *child {
		for {
			_, err := os.Stdin.Read(buf)
			if err == io.EOF {
				return
			}
			timing.Check(err)
			_, err = os.Stdout.Write(buf)
			timing.Check(err)
		}
	}
	self, err := os.Executable()
	timing.Check(err)
	cmd := exec.Command(self, "-child")
	in, err := cmd.StdinPipe()
	timing.Check(err)
	out, err := cmd.StdoutPipe()
	timing.Check(err)
	timing.Check(cmd.Start())
	timing.Loop(*n, func() {
		_, err := in.Write(buf)
		timing.Check(err)
		_, err = io.ReadFull(out, buf)
		timing.Check(err)
	})
	timing.Check(in.Close())
	timing.Check(cmd.Wait())
}
