package devfs

import (
	"bytes"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The whole buffer, always.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Abs("/dev/zero", sys.RDWR)
		buf := bytes.Repeat([]byte{7}, 10_000)
		n, e := sys.ReadFd(fd, buf)
		t.Ret("read", n, e, len(buf), sys.OK)
		if !bytes.Equal(buf, make([]byte, len(buf))) {
			t.Errorf("not all zero")
		}
		n, e = sys.WriteFd(fd, []byte("abc"))
		t.Ret("write", n, e, 3, sys.OK)
	})
}
