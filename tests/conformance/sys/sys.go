// Package sys holds the low-level calls that the cases make: one signature, one implementation for each port.
//
// Linux goes to the kernel by raw system calls, wasip1 by the functions of wasi_snapshot_preview1, js by package
// syscall (which goes to the embedder's fs object). Every error number is translated to its POSIX name.
// A call that a port cannot express panics with [Absent]; the harness turns that into a skip with its reason.
package sys

// Absent is the panic value of a call that the port has no way to make.
type Absent struct {
	// Call names the call.
	Call string
	// Why says what the port lacks.
	Why string
}

// Error spells the reason for a skip.
func (a Absent) Error() string { return a.Call + ": " + a.Why }

// Flags of Openat, one spelling for all ports.
const (
	RDONLY    = 0
	WRONLY    = 1 << 0
	RDWR      = 1 << 1
	CREAT     = 1 << 2
	EXCL      = 1 << 3
	TRUNC     = 1 << 4
	DIRECTORY = 1 << 5
	NOFOLLOW  = 1 << 6
	APPEND    = 1 << 7
	NONBLOCK  = 1 << 8
	DSYNC     = 1 << 9
	SYNC      = 1 << 10
)

// Values of whence for Lseek. Hole and Data exist on Linux only.
const (
	SeekSet  = 0
	SeekCur  = 1
	SeekEnd  = 2
	SeekData = 3
	SeekHole = 4
)

// Type is the type of a file.
type Type string

// The types of files.
const (
	TypeUnknown Type = "unknown"
	TypeReg     Type = "regular"
	TypeDir     Type = "directory"
	TypeLink    Type = "symlink"
	TypeChar    Type = "character device"
	TypeBlock   Type = "block device"
	TypeSock    Type = "socket"
	TypeFifo    Type = "fifo"
)

// Stat is what Fstat and Fstatat return. Times are in nanoseconds since 1970.
type Stat struct {
	Dev, Ino, Nlink  uint64
	Type             Type
	Size             int64
	Atim, Mtim, Ctim int64
}

// Dirent is one entry of a directory.
type Dirent struct {
	Name string
	Ino  uint64
	Type Type
	// Next is the cookie that resumes after this entry.
	Next uint64
}

// When is one of the two times that Futimens and Utimensat set.
type When struct {
	kind int
	ns   int64
}

const (
	whenAt = iota
	whenNow
	whenOmit
)

// At sets the time to ns nanoseconds since 1970.
func At(ns int64) When { return When{whenAt, ns} }

// Now sets the time to the present.
func Now() When { return When{kind: whenNow} }

// Omit leaves the time as it is.
func Omit() When { return When{kind: whenOmit} }

// Clocks. The numbers are the same on Linux and in WASI.
const (
	Realtime   = 0
	Monotonic  = 1
	ProcessCPU = 2
	ThreadCPU  = 3
)

// Kind says what a Sub waits for.
type Kind string

// The kinds of subscriptions.
const (
	Clock Kind = "clock"
	Read  Kind = "read"
	Write Kind = "write"
)

// Sub is one subscription of Poll.
type Sub struct {
	User uint64
	Kind Kind
	// Fd is for Read and Write.
	Fd int
	// ClockID, Timeout (ns) and Abs are for Clock.
	ClockID int
	Timeout int64
	Abs     bool
}

// Event is one result of Poll.
type Event struct {
	User   uint64
	Kind   Kind
	Err    Errno
	Nbytes uint64
	Hangup bool
}

// Advice of Fadvise.
const (
	AdviseNormal = iota
	AdviseSequential
	AdviseRandom
	AdviseWillNeed
	AdviseDontNeed
	AdviseNoReuse
	// AdviseInvalid is no advice at all.
	AdviseInvalid
)

// Signals of Raise, translated to the port's numbers.
type Signal int

// The signals that cases raise.
const (
	SigNone Signal = iota
	SigKill
	SigTerm
	SigUsr1
	SigAlrm
	SigChld
	SigUrg
	SigWinch
	SigCont
	SigInvalid
)

// How of Shutdown.
const (
	ShutRd   = 1
	ShutWr   = 2
	ShutRdWr = 3
)

// Flags of Recv.
const (
	Peek    = 1
	WaitAll = 2
)

// Rights are the WASI rights of a descriptor.
type Rights uint64

// The rights that cases look at.
const (
	RightFdDatasync Rights = 1 << 0
	RightFdRead     Rights = 1 << 1
	RightFdSeek     Rights = 1 << 2
	RightFdTell     Rights = 1 << 5
	RightFdWrite    Rights = 1 << 6
	RightPathOpen   Rights = 1 << 13
)

func typeOfMode(mode uint32) Type {
	switch mode & 0o170000 {
	case 0o100000:
		return TypeReg
	case 0o040000:
		return TypeDir
	case 0o120000:
		return TypeLink
	case 0o020000:
		return TypeChar
	case 0o060000:
		return TypeBlock
	case 0o140000:
		return TypeSock
	case 0o010000:
		return TypeFifo
	}
	return TypeUnknown
}
