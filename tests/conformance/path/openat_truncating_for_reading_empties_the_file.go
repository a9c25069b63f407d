package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// O_RDONLY|O_TRUNC is unspecified in POSIX; on Linux it truncates. On WASI it needs the directory's right
// path_filestat_set_size, which every case's directory has.
func init() {
	t.Case(func(t *t.T) {
		t.File("f", "abc")
		t.Open(t.Dir, "f", sys.RDONLY|sys.TRUNC)
		if s := t.Stat("f", true); s.Size != 0 {
			t.Errorf("size %d", s.Size)
		}
	})
}
