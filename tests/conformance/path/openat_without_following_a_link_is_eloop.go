package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// O_NOFOLLOW on a symbolic link; links on the way are followed all the same.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		t.File("d/f", "abc")
		t.Symlink("d/f", "l")
		t.Symlink("d", "k")
		fd, e := sys.Openat(t.Dir, "l", sys.RDONLY|sys.NOFOLLOW)
		t.NoFd("openat l", fd, e, sys.ELOOP)
		if got := t.Rest(t.Open(t.Dir, "k/f", sys.RDONLY|sys.NOFOLLOW)); got != "abc" {
			t.Errorf("k/f reads %q", got)
		}
	})
}
