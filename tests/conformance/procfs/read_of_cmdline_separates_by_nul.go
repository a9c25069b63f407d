package procfs

import (
	"os"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// And ends with one.
func init() {
	t.Case(func(t *t.T) {
		got := t.Rest(t.Abs("/proc/self/cmdline", sys.RDONLY))
		if want := strings.Join(os.Args, "\x00") + "\x00"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
