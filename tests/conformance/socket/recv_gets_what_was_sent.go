package socket

import (
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// The peer echoes; 100,000 bytes come back in order, in pieces of any size.
func init() {
	t.Case(func(t *t.T) {
		fd := connection(t, "echo")
		want := strings.Repeat("0123456789", 10_000)
		got, sent := "", 0
		for len(got) < len(want) {
			if sent < len(want) {
				n, e := sys.Send(fd, []byte(want[sent:min(sent+4096, len(want))]))
				t.OK("send", e)
				sent += n
			}
			buf := make([]byte, 3000)
			n, e := sys.Recv(fd, buf, 0)
			if n == 0 || e != sys.OK {
				t.Fatalf("recv after %d bytes = %d, %v", len(got), n, e)
			}
			got += string(buf[:n])
		}
		if got != want {
			t.Errorf("the bytes came back changed")
		}
	})
}
