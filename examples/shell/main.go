// Shell is a small shell with job control: pipelines, redirections, && || ; &, variables, quotes, globs, $(…), and jobs that ^C
// ends, ^Z stops and fg and bg continue. It is plain Go over os/exec and os/signal; what it needs of a terminal is in one file
// for Linux and one for gopherix:
//
//	go run .                                                         on your own system
//	gopherix build -o sh.wasm . && gopherix run --dir bin::/bin --env PATH=/bin sh.wasm     in a sandbox
//
// The programs it runs are files in PATH: WebAssembly modules there, such as ../tools.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

type shell struct {
	vars           map[string]string
	args           []string
	status         int
	exiting        bool
	jobs           []*job
	lastBackground int
	// Whether it reads from a terminal, which is then descriptor tty, and has job control.
	interactive bool
	tty         int
	pgid        int
	// How it wants the terminal.
	modes *modes
}

func main() {
	sh := &shell{vars: map[string]string{}, args: os.Args[:1]}
	args := os.Args[1:]
	switch {
	case len(args) >= 2 && args[0] == "-c":
		sh.args = append([]string{os.Args[0]}, args[2:]...)
		sh.runAll(strings.NewReader(args[1]))
	case len(args) >= 1:
		f, err := os.Open(args[0])
		if err != nil {
			fmt.Fprintln(os.Stderr, "shell:", err)
			os.Exit(127)
		}
		sh.args = args
		sh.runAll(f)
	case isTerminal(0):
		sh.interact()
	default:
		sh.runAll(os.Stdin)
	}
	os.Exit(sh.status)
}

// runAll runs a script, read byte by byte from stdin, since the rest is for the programs that it starts.
func (sh *shell) runAll(r io.Reader) {
	size := 4096
	if r == os.Stdin {
		size = 1
	}
	lines := bufio.NewReaderSize(oneByOne{r, size}, 16)
	text := ""
	for !sh.exiting {
		line, err := lines.ReadString('\n')
		text += line
		if sh.runLine(text) {
			text = ""
		}
		if err != nil {
			break
		}
	}
	if text != "" && !sh.exiting {
		fmt.Fprintln(os.Stderr, "shell:", errIncomplete)
		sh.status = 2
	}
}

type oneByOne struct {
	r    io.Reader
	most int
}

func (o oneByOne) Read(p []byte) (int, error) { return o.r.Read(p[:min(o.most, len(p))]) }

// interact reads lines from the terminal, whose own line editing serves.
func (sh *shell) interact() {
	sh.setUp()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, syscall.SIGINT)
	// These are for the jobs. They are not ignored, since that would be inherited.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGQUIT, syscall.SIGTSTP, syscall.SIGTTIN)
	prompt := "$ "
	go func() {
		for range interrupts {
			fmt.Fprint(os.Stderr, "\n$ ")
		}
	}()
	buf := make([]byte, 4096)
	text := ""
	for !sh.exiting {
		if text == "" {
			sh.report()
		}
		fmt.Fprint(os.Stderr, prompt)
		// In the terminal's canonical mode a read is a line.
		n, err := os.Stdin.Read(buf)
		text += string(buf[:n])
		if err != nil {
			if !errors.Is(err, io.EOF) {
				fmt.Fprintln(os.Stderr, "shell:", err)
			}
			fmt.Fprintln(os.Stderr, "exit")
			return
		}
		prompt = "> "
		if sh.runLine(text) {
			text, prompt = "", "$ "
		}
	}
}

// setUp makes the shell the terminal's foreground group, once whoever started it has put it there.
func (sh *shell) setUp() {
	sh.interactive = true
	for {
		foreground, err := getForeground(sh.tty)
		if err != nil {
			fmt.Fprintln(os.Stderr, "shell: no job control:", err)
			sh.interactive = false
			return
		}
		if foreground == syscall.Getpgrp() {
			break
		}
		syscall.Kill(0, syscall.SIGTTIN)
	}
	// A session's leader has its group, and may not change it.
	syscall.Setpgid(0, 0)
	sh.pgid = syscall.Getpgrp()
	if err := setForeground(sh.tty, sh.pgid); err != nil {
		fmt.Fprintln(os.Stderr, "shell: no job control:", err)
		sh.interactive = false
	}
	sh.modes, _ = getModes(sh.tty)
}
