package limits

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"gopherix/conformance/t"
)

const rlimitFsize, rlimitAs = 1, 9

func limit(t *t.T, what int, n uint64) (undo func()) {
	var old syscall.Rlimit
	if err := syscall.Getrlimit(what, &old); err != nil {
		t.Fatalf("getrlimit: %v", err)
	}
	if err := syscall.Setrlimit(what, &syscall.Rlimit{Cur: n, Max: old.Max}); err != nil {
		t.Fatalf("setrlimit: %v", err)
	}
	return func() { _ = syscall.Setrlimit(what, &old) }
}

// limitFiles allows n open files until undo is called.
func limitFiles(t *t.T, n uint64) (undo func()) { return limit(t, syscall.RLIMIT_NOFILE, n) }

// limitSize allows files of n bytes until undo is called.
func limitSize(t *t.T, n uint64) (undo func()) {
	signal.Ignore(syscall.SIGXFSZ)
	return limit(t, rlimitFsize, n)
}

// limitMemory allows n bytes more than are mapped now.
func limitMemory(n uint64) {
	status, _ := os.ReadFile("/proc/self/status")
	_, after, _ := strings.Cut(string(status), "VmSize:")
	var kib uint64
	if _, err := fmt.Sscan(after, &kib); err != nil {
		panic(err)
	}
	n += kib << 10
	if err := syscall.Setrlimit(rlimitAs, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
		panic(err)
	}
}
