package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The listener becomes ready when a peer has connected; what accept returns is a socket, and the next one another.
func init() {
	t.Case(func(t *t.T) {
		a, b := connection(t, "echo"), connection(t, "echo")
		if a == b {
			t.Errorf("both are %d", a)
		}
		if s := t.Fstat(a); s.Type != sys.TypeSock {
			t.Errorf("accept gave a %s", s.Type)
		}
	})
}

// connection accepts the next connection and tells the peer what to do on it (README.md lists the words).
func connection(t *t.T, word string) int {
	listener := t.Env("CONFORMANCE_LISTEN_FD", "WASI preview 1 cannot make a listener, one must be handed in")
	for {
		evs, e := sys.Poll([]sys.Sub{{Kind: sys.Read, Fd: listener}})
		t.OK("poll of the listener", e)
		if len(evs) != 1 || evs[0].Err != sys.OK {
			t.Fatalf("poll of the listener: %+v", evs)
		}
		fd, e := sys.Accept(listener, 0)
		if e == sys.EAGAIN {
			continue
		}
		t.OK("accept", e)
		t.Later(fd)
		n, e := sys.Send(fd, []byte(word+"\n"))
		if n != len(word)+1 || e != sys.OK {
			t.Fatalf("send = %d, %v", n, e)
		}
		return fd
	}
}

// drain receives until the end of the stream.
func drain(t *t.T, fd int) string {
	var all []byte
	buf := make([]byte, 8192)
	for {
		n, e := sys.Recv(fd, buf, 0)
		t.OK("recv", e)
		if n == 0 {
			return string(all)
		}
		all = append(all, buf[:n]...)
	}
}
