package sys

import (
	"bytes"
	"syscall"
	"unsafe"
)

// Fchmodat is fchmodat(2), which follows links.
func Fchmodat(dir int, p string, mode uint32) Errno {
	_, e := call(syscall.SYS_FCHMODAT, uintptr(dir), cstr(p), uintptr(mode))
	return e
}

// Fchmod is fchmod(2).
func Fchmod(fd int, mode uint32) Errno {
	_, e := call(syscall.SYS_FCHMOD, uintptr(fd), uintptr(mode))
	return e
}

// Fchownat is fchownat(2); -1 leaves the user or the group.
func Fchownat(dir int, p string, uid, gid int, follow bool) Errno {
	flags := 0
	if !follow {
		flags = 0x100
	}
	_, e := call(syscall.SYS_FCHOWNAT, uintptr(dir), cstr(p), uintptr(uid), uintptr(gid), uintptr(flags))
	return e
}

// Fchown is fchown(2).
func Fchown(fd, uid, gid int) Errno {
	_, e := call(syscall.SYS_FCHOWN, uintptr(fd), uintptr(uid), uintptr(gid))
	return e
}

// Umask is umask(2).
func Umask(mask int) int {
	old, _ := call(syscall.SYS_UMASK, uintptr(mask))
	return old
}

// Chdir is chdir(2).
func Chdir(p string) Errno {
	_, e := call(syscall.SYS_CHDIR, cstr(p))
	return e
}

// Fchdir is fchdir(2).
func Fchdir(fd int) Errno {
	_, e := call(syscall.SYS_FCHDIR, uintptr(fd))
	return e
}

// Getcwd is getcwd(2).
func Getcwd() (string, Errno) {
	buf := make([]byte, 4096)
	_, e := call(syscall.SYS_GETCWD, base(buf), uintptr(len(buf)))
	end := bytes.IndexByte(buf, 0)
	return string(buf[:end]), e
}

// Truncate is truncate(2).
func Truncate(p string, size int64) Errno {
	_, e := call(syscall.SYS_TRUNCATE, cstr(p), uintptr(size))
	return e
}

// Faccessat is faccessat(2) without flags.
func Faccessat(dir int, p string, mode int) Errno {
	_, e := call(syscall.SYS_FACCESSAT, uintptr(dir), cstr(p), uintptr(mode))
	return e
}

// Preadv2 is preadv2(2) with one buffer; offset -1 is the descriptor's own.
func Preadv2(fd int, p []byte, offset int64) (int, Errno) {
	v := iovecs([][]byte{escape(p)})
	return call(sysPreadv2, uintptr(fd), uintptr(unsafe.Pointer(&v[0])), 1, uintptr(offset), 0, 0)
}

// Pwritev2 is pwritev2(2) with one buffer; offset -1 is the descriptor's own.
func Pwritev2(fd int, p []byte, offset int64) (int, Errno) {
	v := iovecs([][]byte{escape(p)})
	return call(sysPwritev2, uintptr(fd), uintptr(unsafe.Pointer(&v[0])), 1, uintptr(offset), 0, 0)
}

// Getpid is getpid(2).
func Getpid() int { return id(syscall.SYS_GETPID) }

// Getppid is getppid(2).
func Getppid() int { return id(syscall.SYS_GETPPID) }

// Getuid is getuid(2).
func Getuid() int { return id(syscall.SYS_GETUID) }

// Geteuid is geteuid(2).
func Geteuid() int { return id(syscall.SYS_GETEUID) }

// Getgid is getgid(2).
func Getgid() int { return id(syscall.SYS_GETGID) }

// Getegid is getegid(2).
func Getegid() int { return id(syscall.SYS_GETEGID) }

func id(num uintptr) int {
	n, _ := call(num)
	return n
}

// Getgroups is getgroups(2).
func Getgroups() ([]int, Errno) {
	groups, err := syscall.Getgroups()
	return groups, errnoOf(err)
}
