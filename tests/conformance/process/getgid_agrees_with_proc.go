package process

import (
	"os"
	"strconv"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The real group is the first of four.
func init() {
	t.Case(func(t *t.T) {
		want := ""
		text, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "Gid:" {
				want = fields[1]
			}
		}
		if got := strconv.Itoa(sys.Getgid()); got != want {
			t.Errorf("getgid = %s, /proc/self/status says %s", got, want)
		}
	})
}
