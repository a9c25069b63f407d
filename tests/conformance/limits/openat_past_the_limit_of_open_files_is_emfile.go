package limits

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// RLIMIT_NOFILE. After closing one, one more can be opened.
func init() {
	t.Case(func(t *t.T) {
		undo := limitFiles(t, 64)
		defer undo()
		t.File("f", "abc")
		var fds []int
		for {
			fd, e := sys.Openat(t.Dir, "f", sys.RDONLY)
			if e != sys.OK {
				t.NoFd("openat", fd, e, sys.EMFILE)
				break
			}
			t.Later(fd)
			if fds = append(fds, fd); len(fds) > 64 {
				t.Fatalf("%d files are open", len(fds))
			}
		}
		if len(fds) == 0 {
			t.Fatalf("not even one file could be opened")
		}
		t.Close(fds[0])
		t.Open(t.Dir, "f", sys.RDONLY)
		fd, e := sys.Openat(t.Dir, "f", sys.RDONLY)
		t.NoFd("openat", fd, e, sys.EMFILE)
	})
}
