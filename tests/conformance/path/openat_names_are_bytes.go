package path

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Names need not be text: spaces, newlines, bytes that are not UTF-8 (a Linux file system takes all but slash and NUL).
func init() {
	t.Case(func(t *t.T) {
		for _, name := range []string{" ", "a\nb", "ünïcode-😀", "-", "...", "a\\b", "*?"} {
			t.File(name, name)
			t.Want(name, name)
		}
		if sys.Port == "linux" {
			t.File("\xff\xfe", "bytes")
			t.Want("\xff\xfe", "bytes")
			return
		}
		// WASI's paths are strings: a host may refuse what is not UTF-8 with EILSEQ or EINVAL, but not by a trap.
		fd, e := sys.Openat(t.Dir, "\xff\xfe", sys.WRONLY|sys.CREAT)
		t.NoFd("openat of bytes that are not UTF-8", fd, e, sys.OK, sys.EILSEQ, sys.EINVAL)
	})
}
