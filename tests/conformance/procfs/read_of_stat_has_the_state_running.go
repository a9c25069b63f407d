package procfs

import (
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// pid (name) state ppid …: who reads it is running, and the name stands in parentheses.
func init() {
	t.Case(func(t *t.T) {
		got := t.Rest(t.Abs("/proc/self/stat", sys.RDONLY))
		open, shut := strings.IndexByte(got, '('), strings.LastIndexByte(got, ')')
		if open < 2 || shut < open {
			t.Fatalf("stat is %q", got)
		}
		if rest := strings.Fields(got[shut+1:]); len(rest) < 40 || rest[0] != "R" {
			t.Errorf("stat is %q", got)
		}
	})
}
