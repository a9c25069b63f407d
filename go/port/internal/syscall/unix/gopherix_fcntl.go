//go:build wasip1

package unix

import (
	"syscall"
	_ "unsafe" // for go:linkname
)

//go:linkname gopherixDup syscall.gopherixDup
func gopherixDup(fd, min int) (int, error)

// Fcntl has the commands that make sense where every descriptor closes on exec, and locks are not there.
func Fcntl(fd int, cmd int, arg int) (int, error) {
	switch cmd {
	case syscall.F_DUPFD, syscall.F_DUPFD_CLOEXEC:
		return gopherixDup(fd, arg)
	case syscall.F_GETFL:
		flags, err := fd_fdstat_get_flags(fd)
		return int(flags), err
	case syscall.F_GETFD:
		if _, err := fd_fdstat_get_flags(fd); err != nil {
			return 0, err
		}
		return syscall.FD_CLOEXEC, nil
	}
	return 0, syscall.ENOSYS
}

const atEaccess = 0x200

// Eaccess reports whether this process may access a file, with its effective ids.
func Eaccess(path string, mode uint32) error {
	return syscall.Faccessat(syscall.AT_FDCWD, path, mode, atEaccess)
}
