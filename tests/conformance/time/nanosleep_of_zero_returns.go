package time

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// It may yield, it must come back.
func init() {
	t.Case(func(t *t.T) {
		t.Errno("nanosleep", sys.Nanosleep(0), sys.OK)
	})
}
