//go:build wasip1

package runtime

import _ "unsafe" // for go:linkname

// Signals do not interrupt code: the kernel ends a waiting call with EINTR, marks the running goroutine to be preempted, and gives
// them out one by one when asked. The runtime asks at safe points, where it holds a P: before it goes idle, when a goroutine has
// been preempted, and now and then when one parks.

const (
	_NSIG = 65

	gopherixSIGABRT = 6
	gopherixSIGPIPE = 13
)

// One of so many goroutines that park asks for signals. Those that never idle and are never preempted get theirs by that.
const gopherixParks = 64

//go:wasmimport gopherix initsig
func gopherix_initsig() errno

//go:wasmimport gopherix sigenable
func gopherix_sigenable(sig uint32) errno

//go:wasmimport gopherix sigdisable
func gopherix_sigdisable(sig uint32) errno

//go:wasmimport gopherix sigignore
func gopherix_sigignore(sig uint32) errno

//go:wasmimport gopherix sig_next
//go:noescape
func gopherix_sig_next(sig *uint32) errno

//go:wasmimport gopherix raise
func gopherix_raise(sig uint32) errno

var (
	// gopherixAsks: whether signals can come at all.
	gopherixAsks bool
	gopherixPark uint32
)

func initsig(preinit bool) {
	if !preinit {
		gopherix_initsig()
	}
}

func sigenable(sig uint32) {
	netpollGenericInit()
	gopherixAsks = true
	gopherix_sigenable(sig)
}

func sigdisable(sig uint32) {
	gopherix_sigdisable(sig)
}

func sigignore(sig uint32) {
	gopherix_sigignore(sig)
}

// gopherixSignals takes what signals there are, and reports whether that made a goroutine ready. It needs a P.
//
//go:yeswritebarrierrec
func gopherixSignals() bool {
	for gopherixAsks {
		var sig uint32
		if gopherix_sig_next(&sig) != 0 || sig == 0 {
			break
		}
		if !sigsend(sig) {
			// Nobody wants it any more.
			gopherixDie(sig)
		}
	}
	return gopherixWake()
}

// gopherixDie does what the signal does by default.
func gopherixDie(sig uint32) {
	gopherix_sigdisable(sig)
	gopherix_raise(sig)
}

// gopherixPreempted is called when a goroutine is taken off its P, before another gets it. One that never waits must starve
// neither signals nor the network.
//
//go:yeswritebarrierrec
func gopherixPreempted() {
	gopherixSignals()
	gopherixSamples()
	if netpollinited() && netpollAnyWaiters() {
		list, delta := netpoll(0)
		injectglist(&list)
		netpollAdjustWaiters(delta)
	}
}

// beforeIdle is called by the scheduler when it has nothing to run.
func beforeIdle(int64, int64) (*g, bool) {
	gopherixSamples()
	return nil, gopherixSignals()
}

// checkTimeouts is called when a goroutine parks or yields.
func checkTimeouts() {
	if !gopherixAsks {
		return
	}
	gopherixPark++
	if gopherixPark%gopherixParks == 0 {
		gopherixSignals()
	}
}

// crash ends the process by SIGABRT, whatever it has been told to do with that.
func crash() {
	gopherixDie(gopherixSIGABRT)
	abort()
}

// os_sigpipe is called when standard output or standard error has no reader any more.
//
//go:linkname os_sigpipe os.sigpipe
func os_sigpipe() {
	if signal_ignored(gopherixSIGPIPE) || sigsend(gopherixSIGPIPE) {
		return
	}
	gopherixDie(gopherixSIGPIPE)
}

// signame is what a signal is called in a traceback, as on other systems.
func signame(sig uint32) string {
	if sig >= uint32(len(gopherixSignames)) {
		return ""
	}
	return gopherixSignames[sig]
}

var gopherixSignames = [...]string{
	1:  "SIGHUP: terminal line hangup",
	2:  "SIGINT: interrupt",
	3:  "SIGQUIT: quit",
	4:  "SIGILL: illegal instruction",
	5:  "SIGTRAP: trace trap",
	6:  "SIGABRT: abort",
	7:  "SIGBUS: bus error",
	8:  "SIGFPE: floating-point exception",
	9:  "SIGKILL: kill",
	10: "SIGUSR1: user-defined signal 1",
	11: "SIGSEGV: segmentation violation",
	12: "SIGUSR2: user-defined signal 2",
	13: "SIGPIPE: write to broken pipe",
	14: "SIGALRM: alarm clock",
	15: "SIGTERM: termination",
	16: "SIGSTKFLT: stack fault",
	17: "SIGCHLD: child status has changed",
	18: "SIGCONT: continue",
	19: "SIGSTOP: stop, unblockable",
	20: "SIGTSTP: keyboard stop",
	21: "SIGTTIN: background read from tty",
	22: "SIGTTOU: background write to tty",
	23: "SIGURG: urgent condition on socket",
	24: "SIGXCPU: cpu limit exceeded",
	25: "SIGXFSZ: file size limit exceeded",
	26: "SIGVTALRM: virtual alarm clock",
	27: "SIGPROF: profiling alarm clock",
	28: "SIGWINCH: window size change",
	29: "SIGIO: i/o now possible",
	30: "SIGPWR: power failure restart",
	31: "SIGSYS: bad system call",
}
