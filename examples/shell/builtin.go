package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

type builtin func(sh *shell, args []string, s *streams) int

var builtins map[string]builtin

func init() {
	builtins = map[string]builtin{
		":":      func(*shell, []string, *streams) int { return 0 },
		"bg":     background,
		"cd":     changeDirectory,
		"exit":   exit,
		"export": export,
		"fg":     foreground,
		"jobs":   listJobs,
		"kill":   kill,
		"unset":  unset,
		"wait":   waitAll,
	}
}

func complain(s *streams, name string, err error) int {
	fmt.Fprintf(s.std[2], "%s: %v\n", name, err)
	return 1
}

func changeDirectory(sh *shell, args []string, s *streams) int {
	dir := os.Getenv("HOME")
	if len(args) > 0 {
		dir = args[0]
	}
	if dir == "-" {
		dir = os.Getenv("OLDPWD")
		fmt.Fprintln(s.std[1], dir)
	}
	old, _ := os.Getwd()
	if err := os.Chdir(dir); err != nil {
		return complain(s, "cd", err)
	}
	now, _ := os.Getwd()
	os.Setenv("OLDPWD", old)
	os.Setenv("PWD", now)
	return 0
}

func exit(sh *shell, args []string, s *streams) int {
	sh.exiting = true
	if len(args) == 0 {
		return sh.status
	}
	code, err := strconv.Atoi(args[0])
	if err != nil {
		return complain(s, "exit", err)
	}
	return code & 0xff
}

func export(sh *shell, args []string, s *streams) int {
	if len(args) == 0 {
		env := os.Environ()
		slices.Sort(env)
		fmt.Fprintln(s.std[1], strings.Join(env, "\n"))
	}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			value = sh.variable(name)
		}
		delete(sh.vars, name)
		if err := os.Setenv(name, value); err != nil {
			return complain(s, "export", err)
		}
	}
	return 0
}

func unset(sh *shell, args []string, s *streams) int {
	for _, name := range args {
		delete(sh.vars, name)
		os.Unsetenv(name)
	}
	return 0
}

// set sets a variable, in the environment if it is there.
func (sh *shell) set(name, value string) {
	if _, ok := os.LookupEnv(name); ok {
		os.Setenv(name, value)
	} else {
		sh.vars[name] = value
	}
}

func listJobs(sh *shell, args []string, s *streams) int {
	for sh.wait(syscall.WNOHANG | syscall.WUNTRACED | syscall.WCONTINUED) {
	}
	for _, j := range slices.Clone(sh.jobs) {
		fmt.Fprintf(s.std[1], "[%d]   %-9s %s\n", j.id, j.state(), j.text)
		if j.isDone() {
			sh.forget(j)
		}
	}
	return 0
}

func foreground(sh *shell, args []string, s *streams) int {
	j, err := sh.find(args)
	if err != nil || !sh.interactive {
		return complain(s, "fg", fmt.Errorf("no job control here, or %w", err))
	}
	fmt.Fprintln(s.std[1], j.text)
	if j.modes != nil {
		setModes(sh.tty, j.modes)
	}
	if err := setForeground(sh.tty, j.pgid); err != nil {
		return complain(s, "fg", err)
	}
	if err := sh.goOn(j); err != nil {
		return complain(s, "fg", err)
	}
	return sh.foreground(j)
}

func background(sh *shell, args []string, s *streams) int {
	j, err := sh.find(args)
	if err != nil {
		return complain(s, "bg", err)
	}
	if err := sh.goOn(j); err != nil {
		return complain(s, "bg", err)
	}
	fmt.Fprintf(s.std[1], "[%d]   %s &\n", j.id, j.text)
	return 0
}

// waitAll waits for the background jobs, or for the one that is named.
func waitAll(sh *shell, args []string, s *streams) int {
	status := 0
	for _, j := range slices.Clone(sh.jobs) {
		if len(args) > 0 && args[0] != fmt.Sprintf("%%%d", j.id) && args[0] != strconv.Itoa(j.last) {
			continue
		}
		for j.isRunning() && sh.wait(syscall.WUNTRACED) {
		}
		status = code(j.procs[j.last])
	}
	return status
}

var signals = map[string]syscall.Signal{
	"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "KILL": syscall.SIGKILL,
	"TERM": syscall.SIGTERM, "STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT, "TSTP": syscall.SIGTSTP,
	"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2,
}

// kill is kill [-signal] {%job|pid}…
func kill(sh *shell, args []string, s *streams) int {
	signal := syscall.SIGTERM
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		name := strings.TrimPrefix(args[0][1:], "SIG")
		known, ok := signals[name]
		if number, err := strconv.Atoi(name); err == nil {
			known, ok = syscall.Signal(number), true
		}
		if !ok {
			return complain(s, "kill", fmt.Errorf("%s: no such signal", name))
		}
		signal, args = known, args[1:]
	}
	status := 0
	for _, arg := range args {
		pid, err := strconv.Atoi(arg)
		if strings.HasPrefix(arg, "%") {
			var j *job
			if j, err = sh.find([]string{arg}); err == nil {
				pid = -j.pgid
			}
		}
		if err == nil {
			err = syscall.Kill(pid, signal)
		}
		if err != nil {
			status = complain(s, "kill", fmt.Errorf("%s: %w", arg, err))
		}
	}
	return status
}
