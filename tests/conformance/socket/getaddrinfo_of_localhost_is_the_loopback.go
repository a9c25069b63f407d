package socket

import (
	"slices"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// RFC 6761, 6.3: "Name resolution APIs … SHOULD recognize localhost names as special and SHOULD always return the IP loopback
// address".
func init() {
	t.Case(func(t *t.T) {
		all, e := sys.Getaddrinfo("localhost")
		t.OK("getaddrinfo", e)
		if !slices.Contains(all, "127.0.0.1") {
			t.Errorf("localhost is %v", all)
		}
	})
}
