package socket

import (
	"slices"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// netdevice(7): the loopback interface.
func init() {
	t.Case(func(t *t.T) {
		names, e := sys.Getifaddrs()
		t.OK("getifaddrs", e)
		if !slices.Contains(names, "lo") {
			t.Errorf("interfaces %v", names)
		}
	})
}
