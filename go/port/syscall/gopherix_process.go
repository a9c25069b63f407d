//go:build wasip1

package syscall

import (
	"sync"
	"unsafe"
)

// Processes. Numbers and layouts are those of crates/abi/src/gopherix.rs, which are Linux's where Linux has them.

//go:wasmimport gopherix spawn
//go:noescape
func gopherix_spawn(request *byte, requestLen size, pid *int32) Errno

//go:wasmimport gopherix wait4
//go:noescape
func gopherix_wait4(pid, options int32, status *uint32, rusage *[5]uint64, waited *int32) Errno

//go:wasmimport gopherix pidfd
//go:noescape
func gopherix_pidfd(pid int32, fd *int32) Errno

//go:wasmimport gopherix getpid
//go:noescape
func gopherix_getpid(pid *int32) Errno

//go:wasmimport gopherix getppid
//go:noescape
func gopherix_getppid(pid *int32) Errno

//go:wasmimport gopherix getpgid
//go:noescape
func gopherix_getpgid(pid int32, pgid *int32) Errno

//go:wasmimport gopherix setpgid
func gopherix_setpgid(pid, pgid int32) Errno

//go:wasmimport gopherix getsid
//go:noescape
func gopherix_getsid(pid int32, sid *int32) Errno

//go:wasmimport gopherix setsid
//go:noescape
func gopherix_setsid(sid *int32) Errno

//go:wasmimport gopherix getrusage
//go:noescape
func gopherix_getrusage(who int32, rusage *[5]uint64) Errno

//go:wasmimport gopherix credentials
//go:noescape
func gopherix_credentials(ids *[4]uint32) Errno

//go:wasmimport gopherix exe_path
//go:noescape
func gopherix_exe_path(buf *byte, bufLen size, used *size) Errno

//go:wasmimport gopherix kill
func gopherix_kill(pid, sig int32) Errno

// Options of Wait4.
const (
	WNOHANG    = 0x1
	WUNTRACED  = 0x2
	WCONTINUED = 0x8
)

// Whose usage Getrusage tells.
const (
	RUSAGE_SELF     = 0
	RUSAGE_CHILDREN = -1
)

const (
	spawnVersion    = 1
	spawnSetpgid    = 1
	spawnSetsid     = 2
	spawnSetctty    = 4
	spawnForeground = 8
	spawnNoFD       = ^uint32(0)
)

// ForkLock is held while a process is started. Descriptors are never inherited unless they are named, so nothing else needs it.
var ForkLock sync.RWMutex

// StartProcess starts a program, as on other systems: a relative argv0 is looked for in the new process' working directory.
func StartProcess(argv0 string, argv []string, attr *ProcAttr) (pid int, handle uintptr, err error) {
	if attr == nil {
		attr = &ProcAttr{}
	}
	sys := attr.Sys
	if sys == nil {
		sys = &SysProcAttr{}
	}
	request, err := spawnRequest(argv0, argv, attr, sys)
	if err != nil {
		return 0, 0, err
	}
	ForkLock.Lock()
	defer ForkLock.Unlock()
	var child int32
	if errno := gopherix_spawn(unsafe.SliceData(request), size(len(request)), &child); errno != 0 {
		return 0, 0, errno
	}
	return int(child), 0, nil
}

func spawnRequest(argv0 string, argv []string, attr *ProcAttr, sys *SysProcAttr) ([]byte, error) {
	flags := uint32(0)
	for _, f := range [...]struct {
		on   bool
		flag uint32
	}{
		{sys.Setpgid || sys.Foreground, spawnSetpgid},
		{sys.Setsid, spawnSetsid},
		{sys.Setctty, spawnSetctty},
		{sys.Foreground, spawnForeground},
	} {
		if f.on {
			flags |= f.flag
		}
	}
	if sys.Setctty && (sys.Foreground || sys.Ctty >= len(attr.Files)) {
		return nil, EINVAL
	}
	if argv0 == "" {
		return nil, ENOENT
	}
	dir := absolute(cwd, attr.Dir)
	strings := append([]string{absolute(dir, argv0), dir}, argv...)
	strings = append(strings, attr.Env...)

	var b []byte
	word := func(w uint32) { b = append(b, byte(w), byte(w>>8), byte(w>>16), byte(w>>24)) }
	word(spawnVersion)
	word(flags)
	word(uint32(sys.Pgid))
	word(uint32(sys.Ctty))
	word(uint32(len(argv)))
	word(uint32(len(attr.Env)))
	word(uint32(len(attr.Files)))
	for _, fd := range attr.Files {
		if fd == ^uintptr(0) {
			word(spawnNoFD)
		} else {
			word(uint32(fd))
		}
	}
	for _, s := range strings {
		for i := 0; i < len(s); i++ {
			if s[i] == 0 {
				return nil, EINVAL
			}
		}
		b = append(b, s...)
		b = append(b, 0)
	}
	return b, nil
}

// absolute is path, seen from dir. The kernel follows it as it is, "..", too.
func absolute(dir, path string) string {
	if isAbs(path) {
		return path
	}
	if path == "" {
		return dir
	}
	if isDir(dir) {
		return dir + path
	}
	return dir + "/" + path
}

// Wait4 waits for a child to change its state. Without WNOHANG all goroutines stand still meanwhile; os.Process.Wait does not
// have that.
func Wait4(pid int, wstatus *WaitStatus, options int, rusage *Rusage) (wpid int, err error) {
	var (
		status uint32
		usage  [5]uint64
		waited int32
	)
	if errno := gopherix_wait4(int32(pid), int32(options), &status, &usage, &waited); errno != 0 {
		return -1, errno
	}
	if wstatus != nil {
		*wstatus = WaitStatus(status)
	}
	if rusage != nil {
		rusage.set(&usage)
	}
	return int(waited), nil
}

// Getrusage tells what a process (RUSAGE_SELF), or those it has waited for (RUSAGE_CHILDREN), have used.
func Getrusage(who int, rusage *Rusage) error {
	var usage [5]uint64
	if errno := gopherix_getrusage(int32(who), &usage); errno != 0 {
		return errno
	}
	rusage.set(&usage)
	return nil
}

func (r *Rusage) set(usage *[5]uint64) {
	r.Utime.setTimestamp(usage[0])
	r.Stime.setTimestamp(usage[1])
	r.Maxrss = int64(usage[2] / 1024)
	r.Nvcsw = int64(usage[3])
	r.Nivcsw = int64(usage[4])
}

// Pidfd opens a descriptor that is readable once the process is over. For package os.
//
//go:linkname gopherixPidfd
func gopherixPidfd(pid int) (int, error) {
	var fd int32
	if errno := gopherix_pidfd(int32(pid), &fd); errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

// gopherixExecutable is the path of this program. For package os.
//
//go:linkname gopherixExecutable
func gopherixExecutable() (string, error) {
	buf := make([]byte, 512)
	for {
		var used size
		errno := gopherix_exe_path(&buf[0], size(len(buf)), &used)
		if errno == EOVERFLOW && int(used) > len(buf) {
			buf = make([]byte, used)
			continue
		}
		if errno != 0 {
			return "", errno
		}
		return string(buf[:used]), nil
	}
}

// Kill sends a signal to a process, or to a group.
func Kill(pid int, signum Signal) error {
	return errnoErr(gopherix_kill(int32(pid), int32(signum)))
}

func Getpid() int {
	var pid int32
	gopherix_getpid(&pid)
	return int(pid)
}

func Getppid() int {
	var pid int32
	gopherix_getppid(&pid)
	return int(pid)
}

func Getpgid(pid int) (int, error) {
	var pgid int32
	errno := gopherix_getpgid(int32(pid), &pgid)
	return int(pgid), errnoErr(errno)
}

func Getpgrp() int {
	pgid, _ := Getpgid(0)
	return pgid
}

func Setpgid(pid, pgid int) error {
	return errnoErr(gopherix_setpgid(int32(pid), int32(pgid)))
}

func Getsid(pid int) (int, error) {
	var sid int32
	errno := gopherix_getsid(int32(pid), &sid)
	return int(sid), errnoErr(errno)
}

func Setsid() (int, error) {
	var sid int32
	errno := gopherix_setsid(&sid)
	return int(sid), errnoErr(errno)
}

// Real and effective user, real and effective group.
func credentials() (ids [4]uint32) {
	gopherix_credentials(&ids)
	return ids
}

func Getuid() int  { return int(credentials()[0]) }
func Geteuid() int { return int(credentials()[1]) }
func Getgid() int  { return int(credentials()[2]) }
func Getegid() int { return int(credentials()[3]) }

func Getgroups() ([]int, error) {
	return []int{Getgid()}, nil
}

// A WaitStatus is what wait(2) tells of a process: bits 0 to 6 are the signal that ended it, 0 if it exited with the code in bits 8
// to 15, 0x7f if it stands still by the signal there; bit 7 is set if it left a core.

const (
	waitContinued = 0xffff
	waitStopped   = 0x7f
	waitCore      = 0x80
)

func (w WaitStatus) ended() uint32 { return uint32(w) & 0x7f }
func (w WaitStatus) Exited() bool  { return w.ended() == 0 }
func (w WaitStatus) Signaled() bool {
	return w.ended() != 0 && w.ended() != waitStopped && !w.Continued()
}
func (w WaitStatus) Stopped() bool   { return w&0xff == waitStopped && !w.Continued() }
func (w WaitStatus) Continued() bool { return w == waitContinued }
func (w WaitStatus) CoreDump() bool  { return w.Signaled() && w&waitCore != 0 }
func (w WaitStatus) TrapCause() int  { return -1 }
func (w WaitStatus) second() uint32  { return uint32(w) >> 8 & 0xff }
func (w WaitStatus) signal(is bool, s uint32) Signal {
	if !is {
		return 0xff
	}
	return Signal(s)
}
func (w WaitStatus) Signal() Signal     { return w.signal(w.Signaled(), w.ended()) }
func (w WaitStatus) StopSignal() Signal { return w.signal(w.Stopped(), w.second()) }

func (w WaitStatus) ExitStatus() int {
	if !w.Exited() {
		return -1
	}
	return int(w.second())
}
