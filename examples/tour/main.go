// Tour is a small, ordinary Go program that touches what a program expects of its system: arguments, files,
// directories, the clock, goroutines, channels and the exit code. It knows nothing of where it runs:
//
//	go run . notes             on your own system
//	gopherix run tour.wasm     in a sandbox, after GOOS=wasip1 GOARCH=wasm go build -o tour.wasm .
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

func main() {
	writers := flag.Int("writers", 4, "goroutines that write at the same time")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "usage: tour [-writers n] [directory]\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	dir := "notes"
	if flag.NArg() > 0 {
		dir = flag.Arg(0)
	}
	if err := tour(dir, *writers); err != nil {
		fmt.Fprintln(os.Stderr, "tour:", err)
		os.Exit(1)
	}
}

func tour(dir string, writers int) error {
	start := time.Now()
	fmt.Printf("Hello from %s on %s/%s, process %d.\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, os.Getpid())
	fmt.Printf("It is %s.\n\n", start.Format(time.RFC1123))

	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := writeNotes(dir, writers); err != nil {
		return err
	}
	if err := tick(3, 100*time.Millisecond); err != nil {
		return err
	}
	if err := list(dir); err != nil {
		return err
	}
	if err := countWords(dir); err != nil {
		return err
	}
	if err := stayInside(); err != nil {
		return err
	}
	fmt.Printf("\nDone in %d ms.\n", time.Since(start).Milliseconds())
	return nil
}

// writeNotes has each goroutine write a file of its own and report over a channel.
func writeNotes(dir string, writers int) error {
	results := make(chan error)
	for i := range writers {
		go func() {
			name := filepath.Join(dir, fmt.Sprintf("note-%d.txt", i))
			text := strings.Repeat(fmt.Sprintf("Gopher %d was here.\n", i), i+1)
			results <- os.WriteFile(name, []byte(text), 0o644)
		}()
	}
	var all error
	for range writers {
		all = errors.Join(all, <-results)
	}
	if all == nil {
		fmt.Printf("%d goroutines wrote %d files.\n", writers, writers)
	}
	return all
}

// tick sleeps in one goroutine while another prints.
func tick(times int, pause time.Duration) error {
	ticks := make(chan time.Time)
	var sleeper sync.WaitGroup
	sleeper.Go(func() {
		defer close(ticks)
		for range times {
			time.Sleep(pause)
			ticks <- time.Now()
		}
	})
	for t := range ticks {
		fmt.Println("tick at", t.Format("15:04:05.000"))
	}
	sleeper.Wait()
	return nil
}

// list walks the directory, after a rename, a removal and a step into a fresh subdirectory.
func list(dir string) error {
	old := filepath.Join(dir, "old")
	if err := os.MkdirAll(old, 0o755); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(dir, "note-0.txt"), filepath.Join(old, "first.txt")); err != nil {
		return err
	}
	fmt.Printf("\nUnder %s:\n", dir)
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Printf("  %5d bytes  %s\n", info.Size(), path)
		return nil
	})
}

// countWords reads the files back line by line.
func countWords(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return err
	}
	words := 0
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		scanner := bufio.NewScanner(file)
		scanner.Split(bufio.ScanWords)
		for scanner.Scan() {
			words++
		}
		if err := errors.Join(scanner.Err(), file.Close()); err != nil {
			return err
		}
	}
	fmt.Printf("%d words in %d files.\n", words, len(names))
	return nil
}

// stayInside shows what the program sees of the machine, and that a missing file is an ordinary error.
func stayInside() error {
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	fmt.Printf("Working in %s; ", here)
	if entries, err := os.ReadDir("/"); err != nil {
		fmt.Printf("/ is out of sight: %v.\n", err)
	} else {
		var names []string
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		fmt.Printf("/ holds: %s.\n", strings.Join(names, " "))
	}
	_, err = os.ReadFile("no-such-file")
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("a missing file gave: %v", err)
	}
	fmt.Println("A missing file says:", err)
	return nil
}
