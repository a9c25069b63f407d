package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Mode 0 grows the file to offset+length and does not touch what is there.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		t.Errno("fallocate", sys.Fallocate(fd, 1, 9), sys.OK)
		t.Want("f", "abc\x00\x00\x00\x00\x00\x00\x00")
	})
}
