package process

import (
	"os"
	"strconv"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The real user is the first of four.
func init() {
	t.Case(func(t *t.T) {
		want := ""
		text, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "Uid:" {
				want = fields[1]
			}
		}
		if got := strconv.Itoa(sys.Getuid()); got != want {
			t.Errorf("getuid = %s, /proc/self/status says %s", got, want)
		}
	})
}
