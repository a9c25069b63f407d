package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A stream has no offset. WASI may answer by rights: a socket lacks fd_seek ("notcapable").
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "echo")
		_, e := sys.Lseek(fd, 0, sys.SeekCur)
		if sys.Port == "wasip1" {
			t.Errno("lseek", e, sys.ESPIPE, sys.ENOTCAPABLE)
		} else {
			t.Errno("lseek", e, sys.ESPIPE)
		}
	})
}
