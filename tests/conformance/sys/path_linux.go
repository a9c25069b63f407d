package sys

import (
	"os"
	"strings"
	"syscall"
	"unsafe"
)

const atFdcwd = -100

var openFlags = map[int]int{
	WRONLY: syscall.O_WRONLY, RDWR: syscall.O_RDWR, CREAT: syscall.O_CREAT, EXCL: syscall.O_EXCL,
	TRUNC: syscall.O_TRUNC, DIRECTORY: syscall.O_DIRECTORY, NOFOLLOW: syscall.O_NOFOLLOW, APPEND: syscall.O_APPEND,
	NONBLOCK: syscall.O_NONBLOCK, DSYNC: syscall.O_DSYNC, SYNC: syscall.O_SYNC,
}

var keep []byte

func cstr(s string) uintptr {
	keep = append([]byte(s), 0)
	return uintptr(unsafe.Pointer(&keep[0]))
}

var keep2 []byte

func cstr2(s string) uintptr {
	keep2 = append([]byte(s), 0)
	return uintptr(unsafe.Pointer(&keep2[0]))
}

// Start returns a descriptor and a path that together name the absolute or relative path p.
func Start(p string) (int, string, Errno) { return atFdcwd, p, OK }

// Openat is openat(2) with mode 0666 and O_CLOEXEC. The descriptor is -1 on failure.
func Openat(dir int, path string, flags int) (int, Errno) {
	n := syscall.O_CLOEXEC
	for ours, theirs := range openFlags {
		if flags&ours != 0 {
			n |= theirs
		}
	}
	fd, e := call(syscall.SYS_OPENAT, uintptr(dir), cstr(path), uintptr(n), 0o666)
	if e != OK {
		return -1, e
	}
	return fd, OK
}

// Mkdirat is mkdirat(2) with mode 0777.
func Mkdirat(dir int, path string) Errno {
	_, e := call(syscall.SYS_MKDIRAT, uintptr(dir), cstr(path), 0o777)
	return e
}

// Unlinkat is unlinkat(2); rmdir asks for AT_REMOVEDIR.
func Unlinkat(dir int, path string, rmdir bool) Errno {
	flags := 0
	if rmdir {
		flags = 0x200
	}
	_, e := call(syscall.SYS_UNLINKAT, uintptr(dir), cstr(path), uintptr(flags))
	return e
}

// Renameat is renameat(2).
func Renameat(oldDir int, oldPath string, newDir int, newPath string) Errno {
	_, e := call(syscall.SYS_RENAMEAT, uintptr(oldDir), cstr(oldPath), uintptr(newDir), cstr2(newPath))
	return e
}

// Linkat is linkat(2); follow asks for AT_SYMLINK_FOLLOW.
func Linkat(oldDir int, oldPath string, newDir int, newPath string, follow bool) Errno {
	flags := 0
	if follow {
		flags = 0x400
	}
	_, e := call(syscall.SYS_LINKAT, uintptr(oldDir), cstr(oldPath), uintptr(newDir), cstr2(newPath), uintptr(flags))
	return e
}

// Symlinkat is symlinkat(2).
func Symlinkat(target string, dir int, path string) Errno {
	_, e := call(syscall.SYS_SYMLINKAT, cstr(target), uintptr(dir), cstr2(path))
	return e
}

// Readlinkat is readlinkat(2).
func Readlinkat(dir int, path string, buf []byte) (int, Errno) {
	return call(syscall.SYS_READLINKAT, uintptr(dir), cstr(path), base(buf), uintptr(len(buf)))
}

func nofollow(follow bool) uintptr {
	if follow {
		return 0
	}
	return 0x100
}

// Fstatat is fstatat(2).
func Fstatat(dir int, path string, follow bool) (Stat, Errno) {
	var s syscall.Stat_t
	_, e := call(sysFstatat, uintptr(dir), cstr(path), uintptr(unsafe.Pointer(&s)), nofollow(follow))
	return statOf(&s), e
}

// Utimensat is utimensat(2).
func Utimensat(dir int, path string, follow bool, atim, mtim When) Errno {
	_, e := call(syscall.SYS_UTIMENSAT, uintptr(dir), cstr(path), uintptr(unsafe.Pointer(times(atim, mtim))), nofollow(follow))
	return e
}

func nulList(file string) ([]string, Errno) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, EIO
	}
	s := strings.TrimSuffix(string(b), "\x00")
	if s == "" {
		return nil, OK
	}
	return strings.Split(s, "\x00"), OK
}

// Args is what the process was started with.
func Args() ([]string, Errno) { return nulList("/proc/self/cmdline") }

// Environ is the environment that the process was started with.
func Environ() ([]string, Errno) { return nulList("/proc/self/environ") }
