package procfs

import (
	"fmt"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// /proc/self/fd/N is a link to the path that was opened.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("some-file", "abc")
		dir, rest, e := sys.Start(fmt.Sprintf("/proc/self/fd/%d", fd))
		t.OK("a directory that leads to /proc", e)
		buf := make([]byte, 4096)
		n, e := sys.Readlinkat(dir, rest, buf)
		t.OK("readlinkat", e)
		if got := string(buf[:n]); !strings.HasPrefix(got, "/") || !strings.HasSuffix(got, "/some-file") {
			t.Errorf("the link names %q", got)
		}
	})
}
