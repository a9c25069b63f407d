// Programs that start others and take signals: `process-guest COMMAND ARGS…`.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var commands = map[string]func(args []string){
	"exit":     func(args []string) { os.Exit(number(args[0])) },
	"upper":    upper,
	"pipeline": pipeline,
	"status":   status,
	"caught":   caught,
	"group":    group,
	"sleep":    func([]string) { fmt.Println("up"); time.Sleep(time.Hour) },
	"run":      run,
	"many":     many,
	"parallel": parallel,
	"orphan":   orphan,
	"usr1":     usr1,
	"cancel":   cancel,
	"extra":    extra,
	"say":      func(args []string) { fmt.Println(strings.Join(args, " ")) },
	"ids":      func([]string) { fmt.Println(os.Getpid(), os.Getppid()) },
}

func main() {
	command, ok := commands[os.Args[1]]
	if !ok {
		fmt.Fprintln(os.Stderr, "no such command:", os.Args[1])
		os.Exit(99)
	}
	command(os.Args[2:])
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	check(err)
	return n
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(98)
	}
}

func self(args ...string) *exec.Cmd {
	path, err := os.Executable()
	check(err)
	return exec.Command(path, args...)
}

// upper turns its input into capitals.
func upper([]string) {
	all, err := io.ReadAll(os.Stdin)
	check(err)
	os.Stdout.Write(bytes.ToUpper(all))
}

// pipeline sends text through two processes.
func pipeline(args []string) {
	first, second := self("say", strings.Join(args, " ")), self("upper")
	reader, writer, err := os.Pipe()
	check(err)
	first.Stdout, second.Stdin = writer, reader
	var out bytes.Buffer
	second.Stdout = &out
	check(first.Start())
	check(second.Start())
	check(writer.Close())
	check(reader.Close())
	check(first.Wait())
	check(second.Wait())
	fmt.Print(out.String())
}

// status tells how a child ends: by a code, and by a signal.
func status([]string) {
	err := self("exit", "7").Run()
	var exit *exec.ExitError
	fmt.Println(errors.As(err, &exit), err)
	child := self("sleep")
	out, err := child.StdoutPipe()
	check(err)
	check(child.Start())
	fmt.Fscanln(out)
	check(child.Process.Signal(syscall.SIGTERM))
	fmt.Println(child.Wait())
	fmt.Println(child.ProcessState.Sys().(syscall.WaitStatus).Signal(), child.ProcessState.Exited())
	fmt.Println(child.Process.Signal(syscall.SIGTERM))
	_, err = exec.LookPath("nothing")
	fmt.Println(errors.Is(err, exec.ErrNotFound), self("say").Process)
	fmt.Println(exec.Command("/nothing").Run())
}

// caught handles a signal, and exits with its number.
func caught(args []string) {
	signals := make(chan os.Signal, 1)
	for _, arg := range args {
		signal.Notify(signals, syscall.Signal(number(arg)))
	}
	fmt.Println("up")
	got := <-signals
	fmt.Println("caught", got)
	os.Exit(int(got.(syscall.Signal)))
}

// group starts children of its own group that wait.
func group([]string) {
	for range 3 {
		child := self("sleep")
		check(child.Start())
	}
	fmt.Println("up")
	time.Sleep(time.Hour)
}

// run runs another program, with this one's streams.
func run(args []string) {
	child := exec.Command(args[0], args[1:]...)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := child.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	}
	check(err)
}

// many runs a child so many times, and tells how long each took.
func many(args []string) {
	n := number(args[0])
	check(self("exit", "0").Run())
	began := time.Now()
	for range n {
		check(self("exit", "0").Run())
	}
	fmt.Println(time.Since(began) / time.Duration(n))
}

// parallel runs so many children at once.
func parallel(args []string) {
	n := number(args[0])
	results := make(chan string, n)
	for i := range n {
		go func() {
			out, err := self("say", strconv.Itoa(i)).Output()
			if err != nil || strings.TrimSpace(string(out)) != strconv.Itoa(i) {
				results <- fmt.Sprint(i, err, string(out))
			} else {
				results <- ""
			}
		}()
	}
	for range n {
		if what := <-results; what != "" {
			fmt.Println(what)
		}
	}
	fmt.Println("done")
}

// orphan leaves a process behind.
func orphan([]string) {
	child := self("group")
	out, err := child.StdoutPipe()
	check(err)
	check(child.Start())
	fmt.Fscanln(out)
	check(child.Process.Kill())
	child.Wait()
	fmt.Println("left")
}

// usr1 is sent signals that nothing handles.
func usr1([]string) {
	for _, s := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGCHLD, syscall.SIGALRM} {
		check(syscall.Kill(syscall.Getpid(), s))
	}
	fmt.Println("alive")
}

// cancel kills a child by its context's deadline, while others compute.
func cancel([]string) {
	child := self("sleep")
	check(child.Start())
	time.AfterFunc(50*time.Millisecond, func() { child.Process.Kill() })
	fmt.Println(child.Wait())
}

// extra hands a file down.
func extra(args []string) {
	if len(args) > 0 {
		text, err := io.ReadAll(os.NewFile(3, "extra"))
		check(err)
		fmt.Println(string(text))
		return
	}
	reader, writer, err := os.Pipe()
	check(err)
	child := self("extra", "child")
	child.ExtraFiles, child.Stdout = []*os.File{reader}, os.Stdout
	check(child.Start())
	fmt.Fprint(writer, "handed down")
	check(writer.Close())
	check(child.Wait())
}
