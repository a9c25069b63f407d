package signal

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// kill(2): "If sig is 0, then no signal is sent". WASI's signal::none: "No signal. Note that POSIX has special
// semantics for kill(pid, 0), so this value is reserved."
func init() {
	t.Case(func(t *t.T) {
		t.Errno("raise 0", sys.Raise(sys.SigNone), sys.OK)
	})
}
