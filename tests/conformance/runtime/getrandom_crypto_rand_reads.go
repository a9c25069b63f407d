package runtime

import (
	"bytes"
	"crypto/rand"

	"gopherix/conformance/t"
)

// crypto/rand stands on getrandom.
func init() {
	t.Case(func(t *t.T) {
		a, b := make([]byte, 16), make([]byte, 16)
		for _, p := range [][]byte{a, b} {
			if _, err := rand.Read(p); err != nil {
				t.Fatalf("%v", err)
			}
		}
		if bytes.Equal(a, b) {
			t.Errorf("% x twice", a)
		}
	})
}
