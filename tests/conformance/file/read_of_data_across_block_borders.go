package file

import (
	"bytes"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// A pattern of 300,001 bytes read in steps of a prime: no block border shows.
func init() {
	t.Case(func(t *t.T) {
		want := make([]byte, 300_001)
		for i := range want {
			want[i] = byte(i ^ i>>8 ^ i>>16)
		}
		fd := t.Create("f", string(want))
		for at := 0; at < len(want); at += 4093 {
			buf := make([]byte, 4099)
			n, e := sys.Pread(fd, buf, int64(at))
			t.Ret("pread", n, e, min(4099, len(want)-at), sys.OK)
			if !bytes.Equal(buf[:n], want[at:at+n]) {
				t.Fatalf("differs in the block at %d", at)
			}
		}
	})
}
