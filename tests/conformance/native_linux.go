package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"gopherix/conformance/t"
)

// hung is how long a mode may run before it counts as hanging.
const hung = time.Minute

// runMode starts this program again as the mode's process and compares.
func runMode(m *t.Mode) t.Outcome {
	self, err := os.Executable()
	if err != nil {
		return t.Outcome{Word: "FAIL", Why: err.Error()}
	}
	ctx, cancel := context.WithTimeout(context.Background(), hung)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, append([]string{"mode", m.Name}, m.Args...)...)
	cmd.Env = append(os.Environ(), m.Env...)
	cmd.Stdin = strings.NewReader(m.Stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if m.CloseStdout {
		r, w, err := os.Pipe()
		if err != nil {
			return t.Outcome{Word: "FAIL", Why: err.Error()}
		}
		_ = r.Close()
		defer w.Close()
		cmd.Stdout = w
	}
	err = cmd.Run()
	if cmd.ProcessState == nil {
		return t.Outcome{Word: "FAIL", Why: err.Error()}
	}
	code := cmd.ProcessState.ExitCode()
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		code = 128 + int(ws.Signal())
	}
	if ctx.Err() != nil {
		return t.Outcome{Word: "FAIL", Why: "it hung for " + hung.String()}
	}
	var bad []string
	if !slices.Contains(m.Exit, code) {
		bad = append(bad, fmt.Sprintf("exit code %d, want one of %v", code, m.Exit))
	}
	if !m.CloseStdout && stdout.String() != m.Stdout {
		bad = append(bad, fmt.Sprintf("standard output %q, want %q", stdout.String(), m.Stdout))
	}
	for _, want := range m.Stderr {
		if !strings.Contains(stderr.String(), want) {
			bad = append(bad, fmt.Sprintf("standard error lacks %q: %.300q", want, stderr.String()))
		}
	}
	if bad != nil {
		return t.Outcome{Word: "FAIL", Why: strings.Join(bad, "; ")}
	}
	return t.Outcome{Word: "ok"}
}

// startPeer gives the socket cases a listener and a peer, unless the caller did.
func startPeer() (stop func()) {
	if os.Getenv("CONFORMANCE_LISTEN_FD") != "" {
		return func() {}
	}
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return func() {}
	}
	file, err := ln.(*net.TCPListener).File()
	if err != nil {
		fail("%v", err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	// As a preopened listener of WASI would be.
	if err := syscall.SetNonblock(int(file.Fd()), true); err != nil {
		fail("%v", err)
	}
	_ = os.Setenv("CONFORMANCE_LISTEN_FD", fmt.Sprint(file.Fd()))
	self, err := os.Executable()
	if err != nil {
		fail("%v", err)
	}
	cmd := exec.Command(self, "peer", addr)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		fail("%v", err)
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = file.Close()
	}
}

// peer keeps connections to addr open and does on each what the first line that comes says.
func peer(addr string) error {
	const connections = 4
	failed := make(chan error)
	for range connections {
		go func() {
			for {
				c, err := net.Dial("tcp", addr)
				if err != nil {
					failed <- err
					return
				}
				serve(c.(*net.TCPConn))
			}
		}()
	}
	return <-failed
}

func serve(c *net.TCPConn) {
	defer c.Close()
	in := bufio.NewReader(c)
	line, err := in.ReadString('\n')
	if err != nil {
		return
	}
	switch word, rest, _ := strings.Cut(strings.TrimSpace(line), " "); word {
	case "echo": // everything comes back until the guest shuts its side down
		_, _ = io.Copy(c, in)
	case "say": // the text, then silence until the guest shuts its side down
		_, _ = io.WriteString(c, rest)
		_, _ = io.Copy(io.Discard, in)
	case "bye": // the end of the stream at once
	case "count": // the number of bytes that came before the guest shut its side down
		n, _ := io.Copy(io.Discard, in)
		_, _ = fmt.Fprint(c, n)
	}
}
