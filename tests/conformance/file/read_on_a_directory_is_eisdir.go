package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// read(2), EISDIR. WASI may answer by rights instead: "notcapable: Extension: Capabilities insufficient."
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		fd := t.Open(t.Dir, "d", sys.RDONLY|sys.DIRECTORY)
		_, e := sys.ReadFd(fd, make([]byte, 8))
		if sys.Port == "wasip1" {
			t.Errno("read of a directory", e, sys.EISDIR, sys.EBADF, sys.ENOTCAPABLE)
			return
		}
		t.Errno("read of a directory", e, sys.EISDIR)
	})
}
