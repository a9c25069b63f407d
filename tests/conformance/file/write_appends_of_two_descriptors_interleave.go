package file

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Each appending write lands behind what any other descriptor wrote before.
func init() {
	t.Case(func(t *t.T) {
		a := t.Open(t.Dir, "f", sys.WRONLY|sys.CREAT|sys.APPEND)
		b := t.Open(t.Dir, "f", sys.WRONLY|sys.APPEND)
		for i := range 3 {
			t.Write(a, fmt.Sprintf("a%d", i))
			t.Write(b, fmt.Sprintf("b%d", i))
		}
		t.Want("f", "a0b0a1b1a2b2")
	})
}
