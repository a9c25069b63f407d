package procfs

import (
	"fmt"
	"slices"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// One more after an open, gone after the close.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "abc")
		list := func() []string { return t.Names(t.Abs("/proc/self/fd", sys.RDONLY|sys.DIRECTORY), 4096) }
		if names := list(); !slices.Contains(names, fmt.Sprint(fd)) || !slices.Contains(names, "0") {
			t.Errorf("no %d in %q", fd, names)
		}
		t.Close(fd)
		dir := t.Abs("/proc/self/fd", sys.RDONLY|sys.DIRECTORY)
		if dir == fd {
			dir = t.Abs("/proc/self/fd", sys.RDONLY|sys.DIRECTORY)
			t.Close(fd)
		}
		if names := t.Names(dir, 4096); slices.Contains(names, fmt.Sprint(fd)) {
			t.Errorf("%d is still in %q", fd, names)
		}
	})
}
