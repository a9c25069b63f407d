package sys

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

// ClockGettime is clock_gettime(2), in ns.
func ClockGettime(id int) (int64, Errno) {
	var ts syscall.Timespec
	_, e := call(syscall.SYS_CLOCK_GETTIME, uintptr(id), uintptr(unsafe.Pointer(&ts)))
	return ts.Nano(), e
}

// ClockGetres is clock_getres(2), in ns.
func ClockGetres(id int) (int64, Errno) {
	var ts syscall.Timespec
	_, e := call(syscall.SYS_CLOCK_GETRES, uintptr(id), uintptr(unsafe.Pointer(&ts)))
	return ts.Nano(), e
}

// Nanosleep sleeps for ns on the monotonic clock, however often it is interrupted.
func Nanosleep(ns int64) Errno {
	ts := syscall.NsecToTimespec(ns)
	for {
		_, _, e := syscall.Syscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&ts)), uintptr(unsafe.Pointer(&ts)), 0)
		if e != syscall.EINTR {
			return name(e)
		}
	}
}

// SchedYield is sched_yield(2).
func SchedYield() Errno { _, e := call(syscall.SYS_SCHED_YIELD); return e }

// Getrandom fills p.
func Getrandom(p []byte) Errno {
	for len(p) > 0 {
		n, e := call(sysGetrandom, base(p), uintptr(len(p)), 0)
		if e != OK {
			return e
		}
		p = p[n:]
	}
	return OK
}

// Raise sends a signal to the calling thread.
func Raise(s Signal) Errno {
	n := map[Signal]syscall.Signal{
		SigKill: syscall.SIGKILL, SigTerm: syscall.SIGTERM, SigUsr1: syscall.SIGUSR1, SigAlrm: syscall.SIGALRM,
		SigChld: syscall.SIGCHLD, SigUrg: syscall.SIGURG, SigWinch: syscall.SIGWINCH, SigCont: syscall.SIGCONT,
		SigInvalid: 200,
	}[s]
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_, e := call(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(syscall.Gettid()), uintptr(n))
	return e
}

// Exit ends the process at once.
func Exit(code int) {
	_, _ = call(syscall.SYS_EXIT_GROUP, uintptr(code))
	panic("exit_group returned")
}

type pollfd struct {
	fd      int32
	events  int16
	revents int16
}

// Poll waits until one of the subscriptions is ready, by ppoll(2) with the nearest deadline as its timeout.
func Poll(subs []Sub) ([]Event, Errno) {
	if len(subs) == 0 {
		panic(Absent{"poll", "ppoll(2) of nothing would wait for ever"})
	}
	deadline := int64(-1)
	ends := make([]int64, len(subs))
	var fds []pollfd
	now := func(id int) int64 { n, _ := ClockGettime(id); return n }
	for i, s := range subs {
		if s.Kind != Clock {
			ev := int16(1)
			if s.Kind == Write {
				ev = 4
			}
			fds = append(fds, pollfd{fd: int32(s.Fd), events: ev})
			continue
		}
		if s.ClockID != Realtime && s.ClockID != Monotonic {
			panic(Absent{"poll", "ppoll(2) has no such clock"})
		}
		wait := s.Timeout
		if s.Abs {
			wait -= now(s.ClockID)
		}
		ends[i] = now(Monotonic) + max(wait, 0)
		if deadline < 0 || ends[i] < deadline {
			deadline = ends[i]
		}
	}
	for {
		var ts *syscall.Timespec
		if deadline >= 0 {
			v := syscall.NsecToTimespec(max(0, deadline-now(Monotonic)))
			ts = &v
		}
		_, _, en := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(fds))), uintptr(len(fds)),
			uintptr(unsafe.Pointer(ts)), 0, 0, 0)
		if en != 0 && en != syscall.EINTR {
			return nil, name(en)
		}
		if ev := events(subs, fds, ends, now(Monotonic)); len(ev) > 0 {
			return ev, OK
		}
	}
}

func events(subs []Sub, fds []pollfd, ends []int64, now int64) []Event {
	var out []Event
	next := 0
	for i, s := range subs {
		ev := Event{User: s.User, Kind: s.Kind}
		if s.Kind == Clock {
			if now >= ends[i] {
				out = append(out, ev)
			}
			continue
		}
		r := fds[next].revents
		next++
		if r&0x20 != 0 {
			ev.Err = EBADF
		}
		ev.Hangup = r&0x10 != 0 || r&0x8 != 0
		if r != 0 {
			out = append(out, ev)
		}
	}
	return out
}

// Accept is accept4(2); flags may be NONBLOCK. The descriptor is -1 on failure.
func Accept(fd, flags int) (int, Errno) {
	n := syscall.SOCK_CLOEXEC
	if flags&NONBLOCK != 0 {
		n |= syscall.SOCK_NONBLOCK
	}
	c, e := call(syscall.SYS_ACCEPT4, uintptr(fd), 0, 0, uintptr(n))
	if e != OK {
		return -1, e
	}
	return c, OK
}

// Recv is recv(2) with Peek and WaitAll.
func Recv(fd int, p []byte, flags int) (int, Errno) {
	n := 0
	if flags&Peek != 0 {
		n |= syscall.MSG_PEEK
	}
	if flags&WaitAll != 0 {
		n |= syscall.MSG_WAITALL
	}
	return call(syscall.SYS_RECVFROM, uintptr(fd), base(p), uintptr(len(p)), uintptr(n), 0, 0)
}

// Send is send(2) with MSG_NOSIGNAL.
func Send(fd int, p []byte) (int, Errno) {
	return call(syscall.SYS_SENDTO, uintptr(fd), base(p), uintptr(len(p)), syscall.MSG_NOSIGNAL, 0, 0)
}

// Shutdown is shutdown(2).
func Shutdown(fd, how int) Errno {
	_, e := call(syscall.SYS_SHUTDOWN, uintptr(fd), uintptr(how-1))
	return e
}

// Pipe is pipe2(2).
func Pipe() (r, w int, e Errno) {
	var p [2]int32
	_, e = call(syscall.SYS_PIPE2, uintptr(unsafe.Pointer(&p)), syscall.O_CLOEXEC)
	return int(p[0]), int(p[1]), e
}

// Superuser says whether permission checks are bypassed.
func Superuser() bool { return os.Geteuid() == 0 }
