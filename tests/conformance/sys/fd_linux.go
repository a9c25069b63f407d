package sys

import (
	"syscall"
	"unsafe"
)

// Port names the port as expectations.toml does.
const Port = "linux"

var portNames = map[syscall.Errno]Errno{}

// call makes a raw system call. The directive puts what the converted pointers name on the heap and keeps it alive.
//
//go:uintptrescapes
func call(num uintptr, a ...uintptr) (int, Errno) {
	var v [6]uintptr
	copy(v[:], a)
	for {
		r, _, e := syscall.Syscall6(num, v[0], v[1], v[2], v[3], v[4], v[5])
		// The Go runtime's own preemption signals interrupt slow calls: not what a case looks at.
		if e == syscall.EINTR {
			continue
		}
		if e != 0 {
			return 0, name(e)
		}
		return int(r), OK
	}
}

func base(p []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(escape(p)))) }

var sink []byte

// escape keeps a buffer on the heap, where it does not move, and alive during the call.
func escape(p []byte) []byte {
	sink = p
	return p
}

func iovecs(bufs [][]byte) []syscall.Iovec {
	v := make([]syscall.Iovec, len(bufs))
	for i, b := range bufs {
		v[i].Base = unsafe.SliceData(b)
		v[i].SetLen(len(b))
	}
	return v
}

// ReadFd is read(2).
func ReadFd(fd int, p []byte) (int, Errno) {
	return call(syscall.SYS_READ, uintptr(fd), base(p), uintptr(len(p)))
}

// WriteFd is write(2).
func WriteFd(fd int, p []byte) (int, Errno) {
	return call(syscall.SYS_WRITE, uintptr(fd), base(p), uintptr(len(p)))
}

// Readv is readv(2).
func Readv(fd int, bufs [][]byte) (int, Errno) {
	v := iovecs(bufs)
	return call(syscall.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(v))), uintptr(len(v)))
}

// Writev is writev(2).
func Writev(fd int, bufs [][]byte) (int, Errno) {
	v := iovecs(bufs)
	return call(syscall.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(v))), uintptr(len(v)))
}

// Pread is pread(2).
func Pread(fd int, p []byte, off int64) (int, Errno) {
	return call(syscall.SYS_PREAD64, uintptr(fd), base(p), uintptr(len(p)), uintptr(off))
}

// Pwrite is pwrite(2).
func Pwrite(fd int, p []byte, off int64) (int, Errno) {
	return call(syscall.SYS_PWRITE64, uintptr(fd), base(p), uintptr(len(p)), uintptr(off))
}

// Lseek is lseek(2).
func Lseek(fd int, off int64, whence int) (int64, Errno) {
	n, e := call(syscall.SYS_LSEEK, uintptr(fd), uintptr(off), uintptr(whence))
	return int64(n), e
}

// Tell is lseek(2) by nothing: the offset.
func Tell(fd int) (int64, Errno) { return Lseek(fd, 0, SeekCur) }

// Fsync is fsync(2).
func Fsync(fd int) Errno { _, e := call(syscall.SYS_FSYNC, uintptr(fd)); return e }

// Fdatasync is fdatasync(2).
func Fdatasync(fd int) Errno { _, e := call(syscall.SYS_FDATASYNC, uintptr(fd)); return e }

// Fallocate is fallocate(2) with mode 0.
func Fallocate(fd int, off, length int64) Errno {
	_, e := call(syscall.SYS_FALLOCATE, uintptr(fd), 0, uintptr(off), uintptr(length))
	return e
}

// Fadvise is posix_fadvise(2).
func Fadvise(fd int, off, length int64, advice int) Errno {
	// Linux swaps "sequential" and "random" with respect to WASI.
	n := map[int]int{AdviseSequential: 2, AdviseRandom: 1, AdviseInvalid: 77}[advice]
	if n == 0 {
		n = advice
	}
	_, e := call(syscall.SYS_FADVISE64, uintptr(fd), uintptr(off), uintptr(length), uintptr(n))
	return e
}

// Ftruncate is ftruncate(2).
func Ftruncate(fd int, size int64) Errno {
	_, e := call(syscall.SYS_FTRUNCATE, uintptr(fd), uintptr(size))
	return e
}

func statOf(s *syscall.Stat_t) Stat {
	return Stat{
		Dev: uint64(s.Dev), Ino: s.Ino, Nlink: uint64(s.Nlink), Type: typeOfMode(s.Mode), Size: s.Size,
		Atim: s.Atim.Nano(), Mtim: s.Mtim.Nano(), Ctim: s.Ctim.Nano(),
	}
}

// Fstat is fstat(2).
func Fstat(fd int) (Stat, Errno) {
	var s syscall.Stat_t
	_, e := call(syscall.SYS_FSTAT, uintptr(fd), uintptr(unsafe.Pointer(&s)))
	return statOf(&s), e
}

func times(atim, mtim When) *[2]syscall.Timespec {
	var ts [2]syscall.Timespec
	for i, w := range []When{atim, mtim} {
		switch w.kind {
		case whenNow:
			ts[i].Nsec = 1<<30 - 1
		case whenOmit:
			ts[i].Nsec = 1<<30 - 2
		default:
			ts[i] = syscall.NsecToTimespec(w.ns)
		}
	}
	return &ts
}

// Futimens is futimens(3).
func Futimens(fd int, atim, mtim When) Errno {
	_, e := call(syscall.SYS_UTIMENSAT, uintptr(fd), 0, uintptr(unsafe.Pointer(times(atim, mtim))), 0)
	return e
}

// Getfl returns the access mode and APPEND, NONBLOCK, DSYNC and SYNC of a descriptor.
func Getfl(fd int) (int, Errno) {
	n, e := call(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFL, 0)
	if e != OK {
		return 0, e
	}
	flags := n & 3 // O_WRONLY and O_RDWR are 1 and 2, as here.
	for ours, theirs := range statusFlags {
		if n&theirs == theirs {
			flags |= ours
		}
	}
	return flags, OK
}

var statusFlags = map[int]int{
	APPEND: syscall.O_APPEND, NONBLOCK: syscall.O_NONBLOCK, DSYNC: syscall.O_DSYNC, SYNC: syscall.O_SYNC,
}

// Setfl sets APPEND and NONBLOCK of a descriptor.
func Setfl(fd, flags int) Errno {
	n := 0
	for ours, theirs := range statusFlags {
		if flags&ours != 0 {
			n |= theirs
		}
	}
	_, e := call(syscall.SYS_FCNTL, uintptr(fd), syscall.F_SETFL, uintptr(n))
	return e
}

// Dup2 moves old to the number new, as WASI's fd_renumber does: what new was is closed, and old is closed too
// unless both are the same.
func Dup2(old, new int) Errno {
	if old == new {
		_, e := call(syscall.SYS_FCNTL, uintptr(old), syscall.F_GETFD)
		return e
	}
	if _, e := call(syscall.SYS_DUP3, uintptr(old), uintptr(new), syscall.O_CLOEXEC); e != OK {
		return e
	}
	return Close(old)
}

// Close is close(2).
func Close(fd int) Errno { _, e := call(syscall.SYS_CLOSE, uintptr(fd)); return e }

// Getdents reads entries from cookie on into a buffer of size bytes. No entries and OK: the end.
func Getdents(fd, size int, cookie uint64) ([]Dirent, Errno) {
	if _, e := Lseek(fd, int64(cookie), SeekSet); e == EBADF {
		return nil, e
	} else if e != OK && e != ENOTDIR && e != ESPIPE {
		return nil, e
	}
	buf := make([]byte, size)
	n, e := call(syscall.SYS_GETDENTS64, uintptr(fd), base(buf), uintptr(size))
	if e != OK {
		return nil, e
	}
	var out []Dirent
	for at := 0; at < n; {
		d := (*syscall.Dirent)(unsafe.Pointer(&buf[at]))
		nm := buf[at+19 : at+int(d.Reclen)]
		for i, c := range nm {
			if c == 0 {
				nm = nm[:i]
				break
			}
		}
		out = append(out, Dirent{Name: string(nm), Ino: d.Ino, Type: typeOfMode(uint32(d.Type) << 12), Next: uint64(d.Off)})
		at += int(d.Reclen)
	}
	return out, OK
}

// CapRightsGet exists on WASI only.
func CapRightsGet(int) (base, inheriting Rights, e Errno) {
	panic(Absent{"cap_rights_get", "Linux has no rights on descriptors"})
}

// CapRightsLimit exists on WASI only.
func CapRightsLimit(int, Rights, Rights) Errno {
	panic(Absent{"cap_rights_limit", "Linux has no rights on descriptors"})
}
