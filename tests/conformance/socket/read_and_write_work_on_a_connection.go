package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// read(2) is recv without flags, write(2) send; so are fd_read and fd_write.
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "echo")
		n, e := sys.WriteFd(fd, []byte("hello"))
		t.Ret("write", n, e, 5, sys.OK)
		got := make([]byte, 0, 5)
		for len(got) < 5 {
			buf := make([]byte, 5)
			n, e := sys.ReadFd(fd, buf)
			if n == 0 || e != sys.OK {
				t.Fatalf("read = %d, %v", n, e)
			}
			got = append(got, buf[:n]...)
		}
		if string(got) != "hello" {
			t.Errorf("read gave %q", got)
		}
	})
}
