package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// O_CREAT without O_EXCL opens what is there.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		fd := t.Open(t.Dir, "f", sys.RDWR|sys.CREAT)
		if got := t.Rest(fd); got != "abc" {
			t.Errorf("read gave %q", got)
		}
	})
}
