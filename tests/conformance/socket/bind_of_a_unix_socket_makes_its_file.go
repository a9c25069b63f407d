package socket

import (
	"os"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// unix(7): "a pathname socket … created in the filesystem", which stays; connect to it without a listener is ECONNREFUSED.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		server := open(t, sys.Unix, sys.Stream)
		// In full, since a WASI program's working directory is its own affair.
		dir, err := os.Getwd()
		if err != nil {
			t.Fatalf("getcwd: %v", err)
		}
		name := sys.Addr{Family: sys.Unix, Name: dir + "/s"}
		t.OK("bind", sys.Bind(server, name))
		if got := t.Stat("s", false).Type; got != sys.TypeSock {
			t.Errorf("the file is a %s", got)
		}
		client := open(t, sys.Unix, sys.Stream)
		t.Errno("bind", sys.Bind(client, name), sys.EADDRINUSE)
		t.Errno("connect", sys.Connect(client, name), sys.ECONNREFUSED)
		t.OK("listen", sys.Listen(server, 1))
		t.OK("renameat", sys.Renameat(t.Dir, "s", t.Dir, "d/r"))
		t.OK("connect", sys.Connect(client, sys.Addr{Family: sys.Unix, Name: dir + "/d/r"}))
		got, e := sys.Getpeername(client)
		t.OK("getpeername", e)
		if got != name {
			t.Errorf("the peer is %+v", got)
		}
	})
}
