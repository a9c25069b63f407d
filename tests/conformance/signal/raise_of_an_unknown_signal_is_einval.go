package signal

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// kill(2), EINVAL.
func init() {
	t.Case(func(t *t.T) {
		t.Errno("raise 200", sys.Raise(sys.SigInvalid), sys.EINVAL)
	})
}
