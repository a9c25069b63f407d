package path

import (
	"fmt"
	"strings"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Nothing is looked up: missing, long, with odd slashes. (Absolute targets: symlinkat_to_an_absolute_path.)
func init() {
	t.Case(func(t *t.T) {
		for i, target := range []string{"nowhere", "../..", "a//b/", ".", strings.Repeat("x/", 1000)} {
			name := fmt.Sprint("l", i)
			t.Errno("symlinkat "+name, sys.Symlinkat(target, t.Dir, name), sys.OK)
			buf := make([]byte, 4096)
			n, e := sys.Readlinkat(t.Dir, name, buf)
			t.Ret("readlinkat "+name, n, e, len(target), sys.OK)
			if string(buf[:n]) != target {
				t.Errorf("%s names %.40q", name, buf[:n])
			}
		}
	})
}
