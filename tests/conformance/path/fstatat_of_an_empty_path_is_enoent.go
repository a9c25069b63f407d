package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// stat(2), ENOENT, without AT_EMPTY_PATH.
func init() {
	t.Case(func(t *t.T) {
		_, e := sys.Fstatat(t.Dir, "", true)
		t.Errno("fstatat", e, sys.ENOENT)
	})
}
