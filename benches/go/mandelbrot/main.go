// Mandelbrot times nested loops of floating point: one operation is a picture of 256 by 256, at most 200 steps a point.
package main

import (
	"flag"

	"example.com/benches/internal/timing"
)

const (
	size  = 256
	steps = 200
)

var sink int

func picture() int {
	inside := 0
	for row := range size {
		for column := range size {
			cr, ci := 3*float64(column)/size-2, 2*float64(row)/size-1
			zr, zi := 0.0, 0.0
			step := 0
			for step < steps && zr*zr+zi*zi < 4 {
				zr, zi = zr*zr-zi*zi+cr, 2*zr*zi+ci
				step++
			}
			if step == steps {
				inside++
			}
		}
	}
	return inside
}

func main() {
	n := flag.Int("n", 20, "operations")
	flag.Parse()
	timing.Loop(*n, func() { sink = picture() })
}
