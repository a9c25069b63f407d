package dir

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Nothing but "." and "..", then the end, again and again.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		fd := t.Open(t.Dir, "d", sys.RDONLY|sys.DIRECTORY)
		for range 2 {
			if names := t.Names(fd, 4096); len(names) != 0 {
				t.Errorf("names: %q", names)
			}
		}
	})
}
