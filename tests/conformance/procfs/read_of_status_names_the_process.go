package procfs

import (
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// proc_pid_status(5): the lines that programs look for.
func init() {
	t.Case(func(t *t.T) {
		status := t.Rest(t.Abs("/proc/self/status", sys.RDONLY))
		for _, field := range []string{"Name", "State", "Pid", "PPid", "VmSize", "Threads"} {
			_, after, ok := strings.Cut("\n"+status, "\n"+field+":\t")
			value, _, _ := strings.Cut(after, "\n")
			if !ok || strings.TrimSpace(value) == "" {
				t.Errorf("no %s in %q", field, status)
			}
		}
		if _, v, _ := strings.Cut(status, "VmSize:"); !strings.Contains(strings.SplitN(v, "\n", 2)[0], " kB") {
			t.Errorf("VmSize has no unit: %q", v)
		}
	})
}
