package procfs

import (
	"fmt"
	"os"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// /proc/self is a link to the process's own number.
func init() {
	t.Case(func(t *t.T) {
		dir, rest, e := sys.Start("/proc/self")
		t.OK("a directory that leads to /proc", e)
		buf := make([]byte, 32)
		n, e := sys.Readlinkat(dir, rest, buf)
		t.OK("readlinkat /proc/self", e)
		pid := string(buf[:n])
		status := t.Rest(t.Abs("/proc/self/status", sys.RDONLY))
		if !strings.Contains(status, "\nPid:\t"+pid+"\n") {
			t.Errorf("/proc/self is %q, status: %q", pid, status)
		}
		if sys.Port == "linux" && pid != fmt.Sprint(os.Getpid()) {
			t.Errorf("/proc/self is %q, getpid %d", pid, os.Getpid())
		}
	})
}
