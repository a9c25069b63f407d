package path

import (
	"fmt"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// NAME_MAX is 255: that many work, one more does not, be it there or not.
func init() {
	t.Case(func(t *t.T) {
		long := strings.Repeat("n", 255)
		t.File(long, "abc")
		t.Want(long, "abc")
		for _, p := range []string{long + "n", long + "n/x", "./" + long + "n"} {
			fd, e := sys.Openat(t.Dir, p, sys.RDWR|sys.CREAT)
			t.NoFd(fmt.Sprintf("openat of %d bytes", len(p)), fd, e, sys.ENAMETOOLONG)
		}
	})
}
