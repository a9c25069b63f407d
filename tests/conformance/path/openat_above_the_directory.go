package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// On Linux `..` leads out of the directory given. WASI keeps inside: a descriptor is a capability, and a path that
// leaves it is "notcapable" (EPERM in some hosts), links included.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.File("f", "abc")
		t.Symlink("../f", "d/l")
		dir := t.Open(t.Dir, "d", sys.RDONLY|sys.DIRECTORY)
		for _, p := range []string{"../f", "l", "../d/../f", "./../f"} {
			fd, e := sys.Openat(dir, p, sys.RDONLY)
			if sys.Port == "wasip1" {
				t.NoFd("openat "+p, fd, e, sys.ENOTCAPABLE, sys.EPERM)
			} else {
				t.NoFd("openat "+p, fd, e, sys.OK)
			}
		}
	})
}
