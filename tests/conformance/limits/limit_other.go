//go:build !linux

package limits

import "gopherix/conformance/t"

// A guest cannot limit itself: whoever runs it sets the limit and says so in the environment.

func limitFiles(t *t.T, want int) (undo func()) {
	if n := t.Env("CONFORMANCE_MAX_FILES", "the runner set no limit of open files"); n != want {
		t.Fatalf("CONFORMANCE_MAX_FILES is %d, this case wants %d", n, want)
	}
	return func() {}
}

func limitSize(t *t.T, want int) (undo func()) {
	if n := t.Env("CONFORMANCE_MAX_FILE_SIZE", "the runner set no limit of file sizes"); n != want {
		t.Fatalf("CONFORMANCE_MAX_FILE_SIZE is %d, this case wants %d", n, want)
	}
	return func() {}
}

func limitMemory(int) {}
