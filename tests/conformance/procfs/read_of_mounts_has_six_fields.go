package procfs

import (
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// proc_pid_mounts(5), fstab(5): what, where, type, options, two numbers. Something is mounted on /.
func init() {
	t.Case(func(t *t.T) {
		mounts := t.Rest(t.Abs("/proc/mounts", sys.RDONLY))
		root := false
		for _, line := range strings.Split(strings.TrimSpace(mounts), "\n") {
			f := strings.Fields(line)
			if len(f) != 6 {
				t.Errorf("line %q", line)
				continue
			}
			root = root || f[1] == "/"
		}
		if !root {
			t.Errorf("nothing on /: %q", mounts)
		}
	})
}
