// Package t is the harness of the conformance cases: they register themselves by the name of their file and
// check what [gopherix/conformance/sys] returns.
package t

import (
	"fmt"
	"os"
	"path"
	"runtime"
	"sort"
	"strconv"
	"strings"

	"gopherix/conformance/sys"
)

// Entry is one registered case or mode.
type Entry struct {
	Name string
	// Run is the body of a case; nil for a mode.
	Run func(*T)
	// Mode is what a separate process must do; nil for a case.
	Mode *Mode
}

// Mode is a behaviour that only shows from outside the process: how it ends and what it writes. Whoever runs the
// cases starts `conformance mode NAME` and compares.
type Mode struct {
	Name string `json:"name"`
	// Args follow the name on the command line.
	Args []string `json:"args,omitempty"`
	// Env is added to the environment.
	Env []string `json:"env,omitempty"`
	// Stdin is what the process reads; standard input ends after it.
	Stdin string `json:"stdin"`
	// CloseStdout asks for a standard output whose reader has gone before the process starts.
	CloseStdout bool `json:"close_stdout,omitempty"`
	// Exit are the exit codes allowed; 128+n is death by signal n.
	Exit []int `json:"exit"`
	// Stdout is what must come out exactly. Not compared with CloseStdout.
	Stdout string `json:"stdout"`
	// Stderr are pieces that standard error must contain.
	Stderr []string `json:"stderr,omitempty"`
	// Memory, if not 0, limits the guest to so many bytes; on Linux the mode limits itself.
	Memory int64 `json:"memory,omitempty"`
	// Ports limits the mode to these ports; empty means all.
	Ports []string `json:"ports,omitempty"`
	// Body runs in the process itself.
	Body func() `json:"-"`
}

var entries = map[string]*Entry{}

// Case registers a case. Its name is the path of the calling file without ".go".
func Case(run func(*T)) {
	add(&Entry{Name: callerName(), Run: run})
}

// AddMode registers a mode under the name of the calling file.
func AddMode(m Mode) {
	m.Name = callerName()
	add(&Entry{Name: m.Name, Mode: &m})
}

func callerName() string {
	_, file, _, ok := runtime.Caller(2)
	if !ok {
		panic("no caller to take a name from")
	}
	return path.Base(path.Dir(file)) + "/" + strings.TrimSuffix(path.Base(file), ".go")
}

func add(e *Entry) {
	if entries[e.Name] != nil {
		panic("two cases in " + e.Name)
	}
	if _, err := Syscall(e.Name); err != nil {
		panic(err)
	}
	entries[e.Name] = e
}

// Syscalls are the kernel table's names that a file name may begin with.
var Syscalls = strings.Fields(`read write pread pwrite lseek fsync fdatasync fallocate fadvise ftruncate fstat futimens
	fcntl dup2 close getdents cap_rights_get cap_rights_limit preadv2 pwritev2 fchmod fchown openat mkdirat unlinkat renameat
	linkat symlinkat readlinkat fstatat utimensat fchmodat fchownat truncate faccessat chdir fchdir getcwd poll exit args_get
	environ_get sched_yield umask getpid getppid getuid geteuid getgid getegid getgroups raise clock_gettime clock_getres nanosleep getrandom
	socket socketpair bind connect listen accept getsockname getpeername getsockopt setsockopt recvmsg sendmsg recv send
	getaddrinfo getifaddrs shutdown
	tcgetattr tcsetattr tcgetwinsize tcsetwinsize tcgetpgrp tcsetpgrp tcgetsid tiocsctty ptsname`)

// Syscall returns the table name that a case's name begins with.
func Syscall(name string) (string, error) {
	_, stem, _ := strings.Cut(name, "/")
	for _, s := range Syscalls {
		if strings.HasPrefix(stem, s+"_") {
			return s, nil
		}
	}
	return "", fmt.Errorf("%s: the file's name must be <system call>_<claim>.go", name)
}

// All returns what is registered, sorted by name.
func All() []*Entry {
	var out []*Entry
	for _, e := range entries {
		out = append(out, e)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Find returns one entry, or nil.
func Find(name string) *Entry { return entries[name] }

// T is the state of one running case.
type T struct {
	// Dir is a descriptor of the case's own empty, writable directory, which is also the current one.
	Dir      int
	name     string
	failures []string
	skip     string
	closing  []int
}

type stop struct{}

// Outcome is how a case ended: "ok", "FAIL" or "skip", with the reason.
type Outcome struct {
	Word, Why string
}

// Run runs one case in the current directory.
func Run(e *Entry) (out Outcome) {
	t := &T{name: e.Name}
	defer func() {
		switch r := recover().(type) {
		case nil, stop:
		case sys.Absent:
			if len(t.failures) == 0 {
				t.skip = r.Error()
			}
		default:
			t.failures = append(t.failures, fmt.Sprintf("panic: %v", r))
		}
		for _, fd := range t.closing {
			_ = sys.Close(fd)
		}
		switch {
		case len(t.failures) > 0:
			out = Outcome{"FAIL", strings.Join(t.failures, "; ")}
		case t.skip != "":
			out = Outcome{"skip", t.skip}
		default:
			out = Outcome{Word: "ok"}
		}
	}()
	from, p, errno := sys.Start(".")
	if errno != sys.OK {
		t.Fatalf("the current directory is out of reach: %v", errno)
	}
	t.Dir = t.Open(from, p, sys.RDONLY|sys.DIRECTORY)
	e.Run(t)
	return
}

// Errorf notes a failure and goes on.
func (t *T) Errorf(format string, args ...any) {
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}

// Fatalf notes a failure and ends the case.
func (t *T) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	panic(stop{})
}

// Skip ends the case: it means nothing on this port, for this reason.
func (t *T) Skip(reason string) {
	t.skip = reason
	panic(stop{})
}

// WASIOnly skips everywhere else.
func (t *T) WASIOnly(reason string) {
	if sys.Port != "wasip1" {
		t.Skip(reason)
	}
}

// Ret checks a call's result and error number together. A result is looked at only if the call should succeed.
func (t *T) Ret(call string, got int, e sys.Errno, want int, wantErrno sys.Errno) {
	if e != wantErrno || e == sys.OK && got != want {
		t.Errorf("%s = %d, %v; want %d, %v", call, got, e, want, wantErrno)
	}
}

// Ret64 is Ret for offsets.
func (t *T) Ret64(call string, got int64, e sys.Errno, want int64, wantErrno sys.Errno) {
	t.Ret(call, int(got), e, int(want), wantErrno)
}

// Errno checks a call that must end with one of these error numbers (OK is one).
func (t *T) Errno(call string, got sys.Errno, want ...sys.Errno) {
	for _, w := range want {
		if got == w {
			return
		}
	}
	t.Errorf("%s = %v; want %v", call, got, want)
}

// NoFd checks an open that must fail with one of these error numbers; it closes what was opened nevertheless.
func (t *T) NoFd(call string, fd int, got sys.Errno, want ...sys.Errno) {
	if got == sys.OK {
		t.closing = append(t.closing, fd)
	} else if fd != -1 {
		t.Errorf("%s failed with %v and returned descriptor %d", call, got, fd)
	}
	t.Errno(call, got, want...)
}

// OK ends the case unless a call that it builds on succeeded.
func (t *T) OK(call string, e sys.Errno) {
	if e != sys.OK {
		t.Fatalf("%s = %v", call, e)
	}
}

// ByPort picks what Linux or WASI (and js, which stands on it or on Node) is expected to answer.
func (t *T) ByPort(linux, wasip1 sys.Errno) sys.Errno {
	if sys.Port == "wasip1" {
		return wasip1
	}
	return linux
}

// Env returns a number that whoever runs the cases handed in, or skips with the reason.
func (t *T) Env(key, reason string) int {
	n, err := strconv.Atoi(os.Getenv(key))
	if err != nil {
		t.Skip(key + " is not set: " + reason)
	}
	return n
}
