// Spawn times a small program that is started and waited for.
package main

import (
	"flag"
	"os"
	"os/exec"

	"example.com/portbenches/internal/timing"
)

func main() {
	child := flag.Bool("child", false, "do nothing, successfully")
	n := flag.Int("n", 200, "operations")
	flag.Parse()
	if *child {
		return
	}
	self, err := os.Executable()
	timing.Check(err)
	timing.Loop(*n, func() {
		timing.Check(exec.Command(self, "-child").Run())
	})
}
