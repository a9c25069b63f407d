package path

import (
	"gopherix/conformance/t"
)

// `..` of each subdirectory is a link to its parent: 2 links at first, one more for each. btrfs and overlay file
// systems keep 1 for ever, which stat(2) allows.
func init() {
	t.Case(func(t *t.T) {
		t.Mkdir("d")
		first := t.Stat("d", false).Nlink
		t.Mkdir("d/e")
		t.Mkdir("d/f")
		if n := t.Stat("d", false).Nlink; first != 1 && (first != 2 || n != 4) || first == 1 && n != 1 {
			t.Errorf("%d links at first, %d with two subdirectories", first, n)
		}
	})
}
