// Echo times a byte that goes to another goroutine over TCP on the loopback interface, and back.
package main

import (
	"flag"
	"io"
	"net"

	"example.com/portbenches/internal/timing"
)

func main() {
	n := flag.Int("n", 20_000, "operations")
	flag.Parse()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	timing.Check(err)
	go func() {
		c, err := l.Accept()
		timing.Check(err)
		_, err = io.Copy(struct{ io.Writer }{c}, c)
		timing.Check(err)
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	timing.Check(err)
	buf := make([]byte, 1)
	timing.Loop(*n, func() {
		_, err := c.Write(buf)
		timing.Check(err)
		_, err = io.ReadFull(c, buf)
		timing.Check(err)
	})
}
