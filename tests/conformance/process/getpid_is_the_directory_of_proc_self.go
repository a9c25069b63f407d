package process

import (
	"os"
	"strconv"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// One number, wherever it is asked for.
func init() {
	t.Case(func(t *t.T) {
		pid := sys.Getpid()
		if pid <= 0 || pid != os.Getpid() {
			t.Errorf("getpid = %d, os.Getpid() = %d", pid, os.Getpid())
		}
		if link, err := os.Readlink("/proc/self"); err != nil || link != strconv.Itoa(pid) {
			t.Errorf("/proc/self is %q, %v; want %d", link, err, pid)
		}
	})
}
