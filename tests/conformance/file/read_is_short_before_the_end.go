package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A buffer larger than what is left (here 16 MiB) is filled as far as the file goes; the rest stays untouched.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "0123456789")
		buf := make([]byte, 16<<20)
		buf[10] = 0xaa
		n, e := sys.ReadFd(fd, buf)
		t.Ret("read of 16 MiB", n, e, 10, sys.OK)
		if string(buf[:10]) != "0123456789" || buf[10] != 0xaa || buf[11] != 0 {
			t.Errorf("the buffer begins with % x", buf[:12])
		}
	})
}
