package time

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// clock_gettime(2), EINVAL.
func init() {
	t.Case(func(t *t.T) {
		_, e := sys.ClockGettime(99)
		t.Errno("clock_gettime", e, sys.EINVAL)
	})
}
