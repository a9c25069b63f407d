package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// By a descriptor, also for reading only.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "")
		fd := t.Open(t.Dir, "f", sys.RDONLY)
		t.Errno("fchmod", sys.Fchmod(fd, 0o1604), sys.OK)
		if m, e := sys.Mode("f"); m != 0o1604 || e != sys.OK {
			t.Errorf("mode = %o, %v; want 1604", m, e)
		}
		t.Errno("fchmod of a closed descriptor", sys.Fchmod(987, 0o600), sys.EBADF)
	})
}
