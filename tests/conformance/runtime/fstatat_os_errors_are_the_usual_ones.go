package runtime

import (
	"errors"
	"os"
	"syscall"

	"gopherix/conformance/t"
)

// What errors.Is makes of the error numbers.
func init() {
	t.Case(func(t *t.T) {
		if err := os.WriteFile("f", nil, 0o666); err != nil {
			t.Fatalf("%v", err)
		}
		_, err := os.Open("missing")
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("open: %v", err)
		}
		if err := os.Mkdir("f", 0o777); !errors.Is(err, os.ErrExist) {
			t.Errorf("mkdir: %v", err)
		}
		_, err = os.Open("f/x")
		if !errors.Is(err, syscall.ENOTDIR) {
			t.Errorf("open below a file: %v", err)
		}
	})
}
