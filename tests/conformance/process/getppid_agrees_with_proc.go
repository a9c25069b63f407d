package process

import (
	"os"
	"strconv"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// 0 if the parent is outside.
func init() {
	t.Case(func(t *t.T) {
		want := ""
		text, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "PPid:" {
				want = fields[1]
			}
		}
		if got := strconv.Itoa(sys.Getppid()); got != want {
			t.Errorf("getppid = %s, /proc/self/status says %s", got, want)
		}
	})
}
