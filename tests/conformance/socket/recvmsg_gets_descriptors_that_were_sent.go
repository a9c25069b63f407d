package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// unix(7), SCM_RIGHTS: "Send or receive a set of open file descriptors from another process."
func init() {
	t.Case(func(t *t.T) {
		a, b := pair(t, sys.Stream)
		file := t.Create("f", "content")
		n, e := sys.Sendmsg(a, []byte("x"), nil, file, file)
		t.Ret("sendmsg", n, e, 1, sys.OK)
		say(t, a, "y")
		buf := make([]byte, 9)
		n, flags, fds, _, e := sys.Recvmsg(b, buf, 1)
		t.Ret("recvmsg", n, e, 1, sys.OK)
		if len(fds) != 1 || flags&sys.MsgCtrunc == 0 {
			t.Fatalf("descriptors %v, flags %#x", fds, flags)
		}
		t.Later(fds[0])
		got, e := sys.Pread(fds[0], buf[:7], 0)
		t.Ret("pread", got, e, 7, sys.OK)
		hear(t, b, "y")
	})
}
