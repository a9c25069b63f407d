package sys

import (
	"encoding/binary"
	"syscall"
	"unsafe"
)

// Port names the port as expectations.toml does.
const Port = "wasip1"

var portNames = map[syscall.Errno]Errno{syscall.ENOTCAPABLE: ENOTCAPABLE}

var le = binary.LittleEndian

func wasi(e uint32) Errno { return name(syscall.Errno(e)) }

// sink keeps buffers on the heap, where they do not move; their addresses are hidden in iovecs.
var sink [][]byte

func pointer(p []byte) unsafe.Pointer {
	sink = append(sink[:0], p)
	return unsafe.Pointer(unsafe.SliceData(p))
}

// aligned makes a buffer for structs: hosts refuse what is not aligned. It is never empty, so that it has an address.
func aligned(n int) []byte {
	words := make([]uint64, n/8+1)
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), 8*len(words))
}

func iovecs(bufs [][]byte) (unsafe.Pointer, uint32) {
	sink = append(sink[:0], bufs...)
	v := aligned(8 * len(bufs))
	for i, b := range bufs {
		le.PutUint32(v[8*i:], uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))))
		le.PutUint32(v[8*i+4:], uint32(len(b)))
	}
	sink = append(sink, v)
	return unsafe.Pointer(&v[0]), uint32(len(bufs))
}

func count(n uint32, e uint32) (int, Errno) {
	if e != 0 {
		return 0, wasi(e)
	}
	return int(n), OK
}

// ReadFd is read(2).
func ReadFd(fd int, p []byte) (int, Errno) { return Readv(fd, [][]byte{p}) }

// WriteFd is write(2).
func WriteFd(fd int, p []byte) (int, Errno) { return Writev(fd, [][]byte{p}) }

// Readv is readv(2).
func Readv(fd int, bufs [][]byte) (int, Errno) {
	var n uint32
	v, c := iovecs(bufs)
	e := fd_read(int32(fd), v, c, &n)
	return count(n, e)
}

// Writev is writev(2).
func Writev(fd int, bufs [][]byte) (int, Errno) {
	var n uint32
	v, c := iovecs(bufs)
	e := fd_write(int32(fd), v, c, &n)
	return count(n, e)
}

// Pread is pread(2).
func Pread(fd int, p []byte, off int64) (int, Errno) {
	var n uint32
	v, c := iovecs([][]byte{p})
	e := fd_pread(int32(fd), v, c, uint64(off), &n)
	return count(n, e)
}

// Pwrite is pwrite(2).
func Pwrite(fd int, p []byte, off int64) (int, Errno) {
	var n uint32
	v, c := iovecs([][]byte{p})
	e := fd_pwrite(int32(fd), v, c, uint64(off), &n)
	return count(n, e)
}

// Lseek is lseek(2). WASI has no SeekData and SeekHole.
func Lseek(fd int, off int64, whence int) (int64, Errno) {
	if whence == SeekData || whence == SeekHole {
		panic(Absent{"lseek", "WASI's whence has set, cur and end only"})
	}
	var at uint64
	if e := fd_seek(int32(fd), off, uint32(whence), &at); e != 0 {
		return 0, wasi(e)
	}
	return int64(at), OK
}

// Tell is WASI's fd_tell.
func Tell(fd int) (int64, Errno) {
	var at uint64
	e := fd_tell(int32(fd), &at)
	return int64(at), wasi(e)
}

// Fsync is fsync(2).
func Fsync(fd int) Errno { return wasi(fd_sync(int32(fd))) }

// Fdatasync is fdatasync(2).
func Fdatasync(fd int) Errno { return wasi(fd_datasync(int32(fd))) }

// Fallocate is fallocate(2) with mode 0.
func Fallocate(fd int, off, length int64) Errno {
	return wasi(fd_allocate(int32(fd), uint64(off), uint64(length)))
}

// Fadvise is posix_fadvise(2).
func Fadvise(fd int, off, length int64, advice int) Errno {
	return wasi(fd_advise(int32(fd), uint64(off), uint64(length), uint32(advice)))
}

// Ftruncate is ftruncate(2).
func Ftruncate(fd int, size int64) Errno { return wasi(fd_filestat_set_size(int32(fd), uint64(size))) }

var fileTypes = []Type{
	TypeUnknown, TypeBlock, TypeChar, TypeDir, TypeReg, TypeSock, TypeSock, TypeLink,
}

func fileType(n byte) Type {
	if int(n) < len(fileTypes) {
		return fileTypes[n]
	}
	return TypeUnknown
}

func statOf(b []byte) Stat {
	return Stat{
		Dev: le.Uint64(b), Ino: le.Uint64(b[8:]), Type: fileType(b[16]), Nlink: le.Uint64(b[24:]),
		Size: int64(le.Uint64(b[32:])), Atim: int64(le.Uint64(b[40:])), Mtim: int64(le.Uint64(b[48:])),
		Ctim: int64(le.Uint64(b[56:])),
	}
}

// Fstat is fstat(2).
func Fstat(fd int) (Stat, Errno) {
	b := aligned(64)
	e := fd_filestat_get(int32(fd), pointer(b))
	return statOf(b), wasi(e)
}

func times(atim, mtim When) (uint64, uint64, uint32) {
	var flags uint32
	for i, w := range []When{atim, mtim} {
		switch w.kind {
		case whenAt:
			flags |= 1 << (2 * i)
		case whenNow:
			flags |= 2 << (2 * i)
		}
	}
	return uint64(atim.ns), uint64(mtim.ns), flags
}

// Futimens is futimens(3).
func Futimens(fd int, atim, mtim When) Errno {
	a, m, flags := times(atim, mtim)
	return wasi(fd_filestat_set_times(int32(fd), a, m, flags))
}

func fdstat(fd int) ([]byte, Errno) {
	b := aligned(24)
	e := fd_fdstat_get(int32(fd), pointer(b))
	return b, wasi(e)
}

// Getfl returns the access mode and APPEND, NONBLOCK, DSYNC and SYNC of a descriptor. WASI has no access mode: it
// is told from the rights, as wasi-libc does.
func Getfl(fd int) (int, Errno) {
	b, e := fdstat(fd)
	if e != OK {
		return 0, e
	}
	flags := 0
	switch r := Rights(le.Uint64(b[8:])); {
	case r&RightFdWrite != 0 && r&RightFdRead != 0:
		flags = RDWR
	case r&RightFdWrite != 0:
		flags = WRONLY
	}
	for bit, ours := range []int{APPEND, DSYNC, NONBLOCK, 0, SYNC} {
		if le.Uint16(b[2:])&(1<<bit) != 0 {
			flags |= ours
		}
	}
	return flags, OK
}

func fdflags(flags int) uint32 {
	var n uint32
	for bit, ours := range []int{APPEND, DSYNC, NONBLOCK, 0, SYNC} {
		if flags&ours != 0 {
			n |= 1 << bit
		}
	}
	return n
}

// Setfl sets APPEND and NONBLOCK of a descriptor.
func Setfl(fd, flags int) Errno { return wasi(fd_fdstat_set_flags(int32(fd), fdflags(flags))) }

// Dup2 moves old to the number new: fd_renumber.
func Dup2(old, new int) Errno { return wasi(fd_renumber(int32(old), int32(new))) }

// Close is close(2).
func Close(fd int) Errno { return wasi(fd_close(int32(fd))) }

// Getdents reads entries from cookie on into a buffer of size bytes. No entries and OK: the end. An entry that
// the buffer cuts off is left for the next call; EINVAL if not even one fits.
func Getdents(fd, size int, cookie uint64) ([]Dirent, Errno) {
	buf := make([]byte, size)
	var used uint32
	if e := fd_readdir(int32(fd), pointer(buf), uint32(size), cookie, &used); e != 0 {
		return nil, wasi(e)
	}
	if int(used) > size {
		return nil, Errno("fd_readdir: more used than there is")
	}
	var out []Dirent
	b := buf[:used]
	for len(b) >= 24 {
		n := int(le.Uint32(b[16:]))
		if len(b) < 24+n {
			break
		}
		out = append(out, Dirent{Name: string(b[24 : 24+n]), Ino: le.Uint64(b[8:]), Type: fileType(b[20]), Next: le.Uint64(b)})
		b = b[24+n:]
	}
	if len(out) == 0 && used > 0 {
		return nil, EINVAL
	}
	return out, OK
}

// CapRightsGet is the rights half of fd_fdstat_get.
func CapRightsGet(fd int) (base, inheriting Rights, e Errno) {
	b, e := fdstat(fd)
	return Rights(le.Uint64(b[8:])), Rights(le.Uint64(b[16:])), e
}

// CapRightsLimit is fd_fdstat_set_rights.
func CapRightsLimit(fd int, base, inheriting Rights) Errno {
	return wasi(fd_fdstat_set_rights(int32(fd), uint64(base), uint64(inheriting)))
}
