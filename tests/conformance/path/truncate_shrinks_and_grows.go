package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// What is new reads as zeros.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abcdef")
		t.Symlink("f", "l")
		t.Errno("truncate to 3", sys.Truncate("f", 3), sys.OK)
		t.Want("f", "abc")
		t.Errno("truncate l to 5", sys.Truncate("l", 5), sys.OK)
		t.Want("f", "abc\x00\x00")
	})
}
