package socket

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// open makes a socket that is closed with the case.
func open(t *t.T, family, kind int) int {
	fd, e := sys.Socket(family, kind, 0)
	t.OK("socket", e)
	t.Later(fd)
	return fd
}

// listen makes a listener on a free port of 127.0.0.1.
func listen(t *t.T, backlog int) (int, sys.Addr) {
	fd := open(t, sys.Inet, sys.Stream)
	t.OK("bind", sys.Bind(fd, sys.Loopback(0)))
	t.OK("listen", sys.Listen(fd, backlog))
	addr, e := sys.Getsockname(fd)
	t.OK("getsockname", e)
	return fd, addr
}

// tcp makes a connection: who connected, who accepted.
func tcp(t *t.T) (int, int) {
	listener, addr := listen(t, 1)
	client := open(t, sys.Inet, sys.Stream)
	t.OK("connect", sys.Connect(client, addr))
	server, _, e := sys.AcceptFrom(listener)
	t.OK("accept", e)
	t.Later(server)
	return client, server
}

// pair makes two unix sockets that are connected.
func pair(t *t.T, kind int) (int, int) {
	a, b, e := sys.Socketpair(sys.Unix, kind)
	t.OK("socketpair", e)
	t.Later(a)
	t.Later(b)
	return a, b
}

// say sends without SIGPIPE.
func say(t *t.T, fd int, text string) {
	n, e := sys.Sendmsg(fd, []byte(text), nil)
	t.Ret("sendmsg", n, e, len(text), sys.OK)
}

// hear receives once.
func hear(t *t.T, fd int, want string) {
	buf := make([]byte, 64)
	n, _, _, _, e := sys.Recvmsg(fd, buf, 0)
	t.Ret("recvmsg", n, e, len(want), sys.OK)
	if string(buf[:n]) != want {
		t.Errorf("received %q, want %q", buf[:n], want)
	}
}
