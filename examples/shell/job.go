package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// job is a pipeline whose processes are a group of their own, if there is job control.
type job struct {
	id   int
	pgid int
	text string
	// By process id; those that have ended stay here with their status.
	procs map[int]*syscall.WaitStatus
	// The process whose status is the pipeline's.
	last int
	// What it had made of the terminal when it stopped.
	modes *modes
}

func (j *job) has(f func(*syscall.WaitStatus) bool) bool {
	for _, status := range j.procs {
		if f(status) {
			return true
		}
	}
	return false
}

func (j *job) isRunning() bool { return j.has(func(s *syscall.WaitStatus) bool { return s == nil }) }
func (j *job) isStopped() bool {
	return !j.isRunning() && j.has(func(s *syscall.WaitStatus) bool { return s.Stopped() })
}
func (j *job) isDone() bool { return !j.isRunning() && !j.isStopped() }

func (j *job) state() string {
	status := j.procs[j.last]
	switch {
	case j.isRunning():
		return "Running"
	case j.isStopped():
		return "Stopped"
	case status.Signaled():
		return status.Signal().String()
	case status.ExitStatus() != 0:
		return fmt.Sprintf("Exit %d", status.ExitStatus())
	}
	return "Done"
}

// code is the exit code that stands for a status.
func code(status *syscall.WaitStatus) int {
	switch {
	case status == nil:
		return 0
	case status.Stopped():
		return 128 + int(status.StopSignal())
	case status.Signaled():
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// wait takes what one child has to tell. Flags are those of wait4; false if there is nothing, or nobody.
func (sh *shell) wait(flags int) bool {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, flags, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return false
		}
		for _, j := range sh.jobs {
			if _, ok := j.procs[pid]; ok {
				j.procs[pid] = &status
				if status.Continued() {
					j.procs[pid] = nil
				}
			}
		}
		return true
	}
}

// foreground waits for a job, with the terminal its own, until it has ended or stands still; its exit code.
func (sh *shell) foreground(j *job) int {
	flags := 0
	if sh.interactive {
		flags = syscall.WUNTRACED
	}
	for j.isRunning() && sh.wait(flags) {
	}
	status := j.procs[j.last]
	if sh.interactive {
		sh.takeTerminal(j)
	}
	if j.isStopped() {
		sh.keep(j)
		fmt.Fprintf(os.Stderr, "\n[%d]+  Stopped   %s\n", j.id, j.text)
		for _, s := range j.procs {
			if s.Stopped() {
				return code(s)
			}
		}
	}
	sh.forget(j)
	if sh.interactive && status != nil && status.Signaled() {
		switch status.Signal() {
		case syscall.SIGINT:
			fmt.Fprintln(os.Stderr)
		case syscall.SIGPIPE:
		default:
			fmt.Fprintln(os.Stderr, status.Signal())
		}
	}
	return code(status)
}

// takeTerminal makes the terminal the shell's own again. What a job that ends well has made of it, it is to stay.
func (sh *shell) takeTerminal(j *job) {
	if err := setForeground(sh.tty, sh.pgid); err != nil {
		fmt.Fprintln(os.Stderr, "shell: cannot take the terminal back:", err)
	}
	now, err := getModes(sh.tty)
	switch status := j.procs[j.last]; {
	case err != nil:
		fmt.Fprintln(os.Stderr, "shell: the terminal is gone:", err)
	case status != nil && status.Exited():
		sh.modes = now
	default:
		if j.isStopped() {
			j.modes = now
		}
		if sh.modes != nil {
			setModes(sh.tty, sh.modes)
		}
	}
}

// keep gives a job a number, if it has none.
func (sh *shell) keep(j *job) {
	if j.id == 0 {
		for _, other := range sh.jobs {
			j.id = max(j.id, other.id)
		}
		j.id++
	}
}

func (sh *shell) forget(j *job) {
	sh.jobs = slices.DeleteFunc(sh.jobs, func(other *job) bool { return other == j })
}

// report tells of background jobs that have changed.
func (sh *shell) report() {
	for sh.wait(syscall.WNOHANG | syscall.WUNTRACED | syscall.WCONTINUED) {
	}
	for _, j := range slices.Clone(sh.jobs) {
		if j.isDone() {
			if sh.interactive && j.id != 0 {
				fmt.Fprintf(os.Stderr, "[%d]   %-9s %s\n", j.id, j.state(), j.text)
			}
			sh.forget(j)
		}
	}
}

// find is the job that %n, n or nothing names.
func (sh *shell) find(args []string) (*job, error) {
	var found *job
	for _, j := range sh.jobs {
		if len(args) == 0 || strconv.Itoa(j.id) == strings.TrimPrefix(args[0], "%") {
			found = j
		}
	}
	if found == nil {
		return nil, errors.New("no such job")
	}
	return found, nil
}

// goOn continues a job.
func (sh *shell) goOn(j *job) error {
	for pid, status := range j.procs {
		if status != nil && status.Stopped() {
			j.procs[pid] = nil
		}
	}
	return syscall.Kill(-j.pgid, syscall.SIGCONT)
}
