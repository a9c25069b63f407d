package procfs

import (
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// pid (name) state ppid …: the name stands in parentheses, and who reads it is running. On Linux
// the state is the first thread's, which may sleep while another one of Go's threads reads.
func init() {
	t.Case(func(t *t.T) {
		got := t.Rest(t.Abs("/proc/self/stat", sys.RDONLY))
		open, shut := strings.IndexByte(got, '('), strings.LastIndexByte(got, ')')
		if open < 2 || shut < open {
			t.Fatalf("stat is %q", got)
		}
		if rest := strings.Fields(got[shut+1:]); len(rest) < 40 || rest[0] != "R" && (sys.Port != "linux" || rest[0] != "S") {
			t.Errorf("stat is %q", got)
		}
	})
}
