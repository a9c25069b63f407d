package process

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// In any order.
func init() {
	t.Case(func(t *t.T) {
		groups, e := sys.Getgroups()
		t.OK("getgroups", e)
		text, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatalf("%v", err)
		}
		var want []string
		for _, line := range strings.Split(string(text), "\n") {
			if list, found := strings.CutPrefix(line, "Groups:"); found {
				want = strings.Fields(list)
			}
		}
		var got []string
		for _, group := range groups {
			got = append(got, strconv.Itoa(group))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("getgroups = %v, /proc/self/status says %v", got, want)
		}
	})
}
