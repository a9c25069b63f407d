package runtime

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"gopherix/conformance/t"
)

// Package os from end to end: create, stat, rename, list, walk, remove.
func init() {
	t.Case(func(t *t.T) {
		if err := os.MkdirAll("a/b/c", 0o777); err != nil {
			t.Fatalf("%v", err)
		}
		for _, p := range []string{"a/1", "a/b/2", "a/b/c/3"} {
			if err := os.WriteFile(p, []byte(p), 0o666); err != nil {
				t.Fatalf("%v", err)
			}
		}
		if err := os.Rename("a/b", "a/d"); err != nil {
			t.Fatalf("%v", err)
		}
		var seen []string
		err := filepath.WalkDir(".", func(p string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				data, err := os.ReadFile(p)
				seen = append(seen, p+"="+string(data))
				return err
			}
			return err
		})
		if want := []string{"a/1=a/1", "a/d/2=a/b/2", "a/d/c/3=a/b/c/3"}; err != nil || !slices.Equal(seen, want) {
			t.Errorf("%q, %v", seen, err)
		}
		if err := os.RemoveAll("a"); err != nil {
			t.Errorf("%v", err)
		}
		if _, err := os.Stat("a"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v", err)
		}
	})
}
