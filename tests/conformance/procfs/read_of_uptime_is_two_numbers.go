package procfs

import (
	"strconv"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// proc_uptime(5): seconds with two decimals, up and idle.
func init() {
	t.Case(func(t *t.T) {
		got := t.Rest(t.Abs("/proc/uptime", sys.RDONLY))
		f := strings.Fields(got)
		if len(f) != 2 {
			t.Fatalf("uptime is %q", got)
		}
		for _, s := range f {
			if v, err := strconv.ParseFloat(s, 64); err != nil || v < 0 {
				t.Errorf("uptime is %q", got)
			}
		}
	})
}
