package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Root may do all but execute what nobody may.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "")
		t.OK("fchmodat", sys.Fchmodat(t.Dir, "f", 0o400))
		denied := sys.EACCES
		if sys.Superuser() {
			denied = sys.OK
		}
		t.Errno("faccessat F_OK", sys.Faccessat(t.Dir, "f", sys.AccessExists), sys.OK)
		t.Errno("faccessat R_OK", sys.Faccessat(t.Dir, "f", sys.AccessRead), sys.OK)
		t.Errno("faccessat W_OK", sys.Faccessat(t.Dir, "f", sys.AccessWrite), denied)
		t.Errno("faccessat X_OK", sys.Faccessat(t.Dir, "f", sys.AccessExec), sys.EACCES)
		t.Errno("faccessat no", sys.Faccessat(t.Dir, "no", sys.AccessExists), sys.ENOENT)
	})
}
