package devfs

import (
	"bytes"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// full(4). It reads as zeros.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Abs("/dev/full", sys.RDWR)
		n, e := sys.WriteFd(fd, []byte("x"))
		t.Ret("write", n, e, 0, sys.ENOSPC)
		buf := []byte{1, 2, 3}
		n, e = sys.ReadFd(fd, buf)
		t.Ret("read", n, e, 3, sys.OK)
		if !bytes.Equal(buf, make([]byte, 3)) {
			t.Errorf("read gave % x", buf)
		}
	})
}
