package process

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// In any order, the effective group among them or not (getgroups(2) leaves that open).
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
		own := strconv.Itoa(sys.Getegid())
		got = slices.Compact(slices.Sorted(slices.Values(append(got, own))))
		want = slices.Compact(slices.Sorted(slices.Values(append(want, own))))
		if !slices.Equal(got, want) {
			t.Errorf("getgroups = %v, /proc/self/status says %v", got, want)
		}
	})
}
