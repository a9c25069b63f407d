package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// fsync(2) of a directory makes the names in it durable: databases rely on it.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Errno("fsync of a directory", sys.Fsync(t.Dir), sys.OK)
	})
}
