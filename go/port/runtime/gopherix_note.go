//go:build wasip1

package runtime

import "unsafe"

// gopherixWaiter is a goroutine that waits for a note without end: the one that receives signals, or reads a profile. It parks,
// and counts as one that waits for the network, so that an idle program sleeps in the kernel until a signal comes.
type gopherixWaiter struct {
	n    *note
	gp   *g
	next *gopherixWaiter
}

var gopherixWaiters *gopherixWaiter

// notetsleepg is notetsleep on an ordinary goroutine.
func notetsleepg(n *note, ns int64) bool {
	gp := getg()
	if gp == gp.m.g0 {
		throw("notetsleepg on g0")
	}
	if ns < 0 {
		gopherixWait(n)
		return true
	}
	// Nobody in the runtime waits for a note with a deadline on this port; if somebody does, it looks now and then.
	const step = 1000 * 1000
	for deadline := nanotime() + ns; n.key == 0; {
		left := deadline - nanotime()
		if left <= 0 {
			return false
		}
		timeSleep(min(left, step))
	}
	return true
}

func gopherixWait(n *note) {
	netpollGenericInit()
	w := &gopherixWaiter{n: n, gp: getg(), next: gopherixWaiters}
	gopherixWaiters = w
	netpollAdjustWaiters(1)
	for n.key == 0 {
		gopark(gopherixStillWaits, unsafe.Pointer(n), waitReasonIOWait, traceBlockGeneric, 1)
	}
	netpollAdjustWaiters(-1)
	for at := &gopherixWaiters; *at != nil; at = &(*at).next {
		if *at == w {
			*at = w.next
			break
		}
	}
}

// gopherixStillWaits runs when the goroutine is parked already, so that no wakeup is lost before.
func gopherixStillWaits(_ *g, n unsafe.Pointer) bool {
	return (*note)(n).key == 0
}

// gopherixWake makes ready who waits for a note that has been woken up, and reports whether there was anybody. It needs a P.
//
//go:yeswritebarrierrec
func gopherixWake() bool {
	woke := false
	for w := gopherixWaiters; w != nil; w = w.next {
		if w.n.key != 0 && readgstatus(w.gp) == _Gwaiting {
			goready(w.gp, 1)
			woke = true
		}
	}
	return woke
}

// gopherixForever is what to poll for without a timeout: the subscriptions but that of the clock, or, if there are no others, the
// clock far ahead. A signal ends it.
func gopherixForever(subs []subscription) []subscription {
	if len(subs) > 1 {
		return subs[1:]
	}
	subs[0].u.subscriptionClock().timeout = 1 << 60
	return subs[:1]
}

//go:wasmimport wasi_snapshot_preview1 fd_fdstat_get
//go:noescape
func gopherix_fdstat(fd int32, stat *[3]uint64) errno

const (
	gopherixEPERM     = 63
	gopherixDirectory = 3
	gopherixRegular   = 4
)

// gopherixPollable reports whether it makes sense to wait for a descriptor: as on Linux, not for files and directories, which are
// always ready. They need no entry in the poller, and do not become non-blocking.
func gopherixPollable(fd uintptr) bool {
	var stat [3]uint64
	if gopherix_fdstat(int32(fd), &stat) != 0 {
		return true
	}
	filetype := uint8(stat[0])
	return filetype != gopherixDirectory && filetype != gopherixRegular
}
