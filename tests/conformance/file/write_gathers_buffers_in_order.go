package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// writev writes one buffer after the other, in one go.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Create("f", "")
		n, e := sys.Writev(fd, [][]byte{[]byte("ab"), nil, []byte("cde"), []byte("f")})
		t.Ret("writev", n, e, 6, sys.OK)
		t.Want("f", "abcdef")
	})
}
