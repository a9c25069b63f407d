package sys

import "unsafe"

// ClockGettime is clock_gettime(2), in ns.
func ClockGettime(id int) (int64, Errno) {
	var t uint64
	e := clock_time_get(uint32(id), 1, &t)
	return int64(t), wasi(e)
}

// ClockGetres is clock_getres(2), in ns.
func ClockGetres(id int) (int64, Errno) {
	var t uint64
	e := clock_res_get(uint32(id), &t)
	return int64(t), wasi(e)
}

// Nanosleep sleeps for ns on the monotonic clock: a poll of one clock.
func Nanosleep(ns int64) Errno {
	ev, e := Poll([]Sub{{Kind: Clock, ClockID: Monotonic, Timeout: ns}})
	if e == OK && len(ev) != 1 {
		return Errno("poll_oneoff of one clock did not give one event")
	}
	return e
}

// SchedYield is sched_yield(2).
func SchedYield() Errno { return wasi(sched_yield()) }

// Getrandom fills p.
func Getrandom(p []byte) Errno { return wasi(random_get(pointer(p), uint32(len(p)))) }

// Raise sends a signal to the process.
func Raise(s Signal) Errno {
	// WASI numbers signals as Linux does up to SIGTERM, then leaves out SIGSTKFLT.
	n := map[Signal]uint32{
		SigKill: 9, SigUsr1: 10, SigAlrm: 14, SigTerm: 15, SigChld: 16, SigCont: 17, SigUrg: 22, SigWinch: 27,
		SigInvalid: 200,
	}[s]
	return wasi(proc_raise(n))
}

// Exit ends the process at once.
func Exit(code int) {
	proc_exit(uint32(code))
	panic("proc_exit returned")
}

const (
	subSize   = 48
	eventSize = 32
)

// Poll is poll_oneoff.
func Poll(subs []Sub) ([]Event, Errno) {
	in, out := aligned(subSize*len(subs)), aligned(eventSize*len(subs))
	for i, s := range subs {
		b := in[subSize*i:]
		le.PutUint64(b, s.User)
		switch s.Kind {
		case Clock:
			le.PutUint32(b[16:], uint32(s.ClockID))
			le.PutUint64(b[24:], uint64(s.Timeout))
			if s.Abs {
				b[40] = 1
			}
		case Read:
			b[8] = 1
			le.PutUint32(b[16:], uint32(s.Fd))
		case Write:
			b[8] = 2
			le.PutUint32(b[16:], uint32(s.Fd))
		}
	}
	sink = append(sink[:0], in, out)
	var n uint32
	if e := poll_oneoff(unsafe.Pointer(&in[0]), unsafe.Pointer(&out[0]), uint32(len(subs)), &n); e != 0 {
		return nil, wasi(e)
	}
	if int(n) > len(subs) {
		return nil, Errno("more events than subscriptions")
	}
	var evs []Event
	for i := range int(n) {
		b := out[eventSize*i:]
		ev := Event{User: le.Uint64(b), Err: wasi(uint32(le.Uint16(b[8:]))), Nbytes: le.Uint64(b[16:]), Hangup: b[24]&1 != 0}
		ev.Kind = []Kind{Clock, Read, Write, "?"}[min(b[10], 3)]
		evs = append(evs, ev)
	}
	return evs, OK
}

// Accept is sock_accept; flags may be NONBLOCK. The descriptor is -1 on failure.
func Accept(fd, flags int) (int, Errno) {
	c := int32(-1)
	if e := sock_accept(int32(fd), fdflags(flags), &c); e != 0 {
		return -1, wasi(e)
	}
	return int(c), OK
}

// Recv is recv(2) with Peek and WaitAll.
func Recv(fd int, p []byte, flags int) (int, Errno) {
	var n, oflags uint32
	v, c := iovecs([][]byte{p})
	e := sock_recv(int32(fd), v, c, uint32(flags), &n, &oflags)
	return count(n, e)
}

// Send is send(2).
func Send(fd int, p []byte) (int, Errno) {
	var n uint32
	v, c := iovecs([][]byte{p})
	e := sock_send(int32(fd), v, c, 0, &n)
	return count(n, e)
}

// Shutdown is shutdown(2).
func Shutdown(fd, how int) Errno { return wasi(sock_shutdown(int32(fd), uint32(how))) }

// Pipe does not exist in WASI preview 1.
func Pipe() (r, w int, e Errno) {
	panic(Absent{"pipe", "WASI preview 1 makes no pipes"})
}

// Superuser says whether permission checks are bypassed.
func Superuser() bool { return false }
