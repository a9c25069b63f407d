package runtime

import (
	"gopherix/conformance/t"
)

// 200,000 frames, far beyond the first stack.
func init() {
	t.Case(func(t *t.T) {
		var down func(n int) int
		down = func(n int) int {
			var pad [8]int
			pad[n%8] = n
			if n == 0 {
				return 0
			}
			return down(n-1) + pad[n%8] - n + 1
		}
		if got := down(200_000); got != 200_000 {
			t.Errorf("%d", got)
		}
	})
}
