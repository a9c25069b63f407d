package file

import (
	"fmt"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// IOV_MAX is 1024 on Linux: so many buffers go in one call.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "")
		bufs := make([][]byte, 1024)
		var want strings.Builder
		for i := range bufs {
			bufs[i] = fmt.Appendf(nil, "%d,", i)
			want.Write(bufs[i])
		}
		n, e := sys.Writev(fd, bufs)
		t.Ret("writev", n, e, want.Len(), sys.OK)
		t.Want("f", want.String())
	})
}
