package process

import (
	"os"
	"strconv"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The effective group is the second of four.
func init() {
	t.Case(func(t *t.T) {
		want := ""
		text, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if fields := strings.Fields(line); len(fields) > 2 && fields[0] == "Gid:" {
				want = fields[2]
			}
		}
		if got := strconv.Itoa(sys.Getegid()); got != want {
			t.Errorf("getegid = %s, /proc/self/status says %s", got, want)
		}
	})
}
