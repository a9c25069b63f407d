package dir

import (
	"slices"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// getdents(2), EINVAL: "Result buffer is too small." WASI fills the buffer with the entry's beginning (told here as
// EINVAL too); a longer name than any other must come out whole with enough room.
func init() {
	t.Case(func(t *t.T) {
		name := strings.Repeat("n", 255)
		t.File(name, "")
		t.Mkdir("d")
		fd := t.Open(t.Dir, "d", sys.RDONLY|sys.DIRECTORY)
		_, e := sys.Getdents(fd, 20, 0)
		t.Errno("getdents with 20 bytes", e, sys.EINVAL)
		if names := t.Names(t.Dir, 24+255+8); !slices.Contains(names, name) {
			t.Errorf("names: %q", names)
		}
	})
}
