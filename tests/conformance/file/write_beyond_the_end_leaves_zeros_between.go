package file

import (
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A hole reads as zeros; size and content agree.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "ab")
		_, e := sys.Lseek(fd, 10000, sys.SeekSet)
		t.OK("lseek", e)
		t.Write(fd, "z")
		t.Want("f", "ab"+strings.Repeat("\x00", 9998)+"z")
		if s := t.Fstat(fd); s.Size != 10001 {
			t.Errorf("size %d", s.Size)
		}
	})
}
