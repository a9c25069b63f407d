package sys

import "syscall"

// Fchmodat is fchmodat(2), which follows links.
func Fchmodat(dir int, p string, mode uint32) Errno { return of(syscall.Chmod(at(dir, p), mode)) }

// Fchmod is fchmod(2).
func Fchmod(fd int, mode uint32) Errno { return of(syscall.Fchmod(fd, mode)) }

// Fchownat is fchownat(2). Package syscall turns -1 into a large number.
func Fchownat(dir int, p string, uid, gid int, follow bool) Errno {
	if follow {
		return of(syscall.Chown(at(dir, p), uid, gid))
	}
	return of(syscall.Lchown(at(dir, p), uid, gid))
}

// Fchown is fchown(2).
func Fchown(fd, uid, gid int) Errno { return of(syscall.Fchown(fd, uid, gid)) }

// Umask is umask(2).
func Umask(mask int) int { return syscall.Umask(mask) }

// Chdir is chdir(2).
func Chdir(p string) Errno { return of(syscall.Chdir(p)) }

// Fchdir is fchdir(2): package syscall goes by the path the descriptor was opened by.
func Fchdir(fd int) Errno { return of(syscall.Fchdir(fd)) }

// Getcwd is getcwd(2).
func Getcwd() (string, Errno) {
	buf := make([]byte, 4096)
	n, err := syscall.Getcwd(buf)
	if err != nil {
		return "", of(err)
	}
	return string(buf[:n]), OK
}

// Truncate is truncate(2).
func Truncate(p string, size int64) Errno { return of(syscall.Truncate(p, size)) }

// Faccessat does not exist in package syscall on js.
func Faccessat(int, string, int) Errno { panic(absent("faccessat")) }

// Preadv2 is what reading comes to; offset -1 is the descriptor's own.
func Preadv2(fd int, p []byte, offset int64) (int, Errno) {
	if offset < 0 {
		return ReadFd(fd, p)
	}
	return Pread(fd, p, offset)
}

// Pwritev2 is what writing comes to; offset -1 is the descriptor's own.
func Pwritev2(fd int, p []byte, offset int64) (int, Errno) {
	if offset < 0 {
		return WriteFd(fd, p)
	}
	return Pwrite(fd, p, offset)
}

// Getpid is getpid(2).
func Getpid() int { return syscall.Getpid() }

// Getppid is getppid(2).
func Getppid() int { return syscall.Getppid() }

// Getuid is getuid(2).
func Getuid() int { return syscall.Getuid() }

// Geteuid is geteuid(2).
func Geteuid() int { return syscall.Geteuid() }

// Getgid is getgid(2).
func Getgid() int { return syscall.Getgid() }

// Getegid is getegid(2).
func Getegid() int { return syscall.Getegid() }

// Getgroups is getgroups(2).
func Getgroups() ([]int, Errno) {
	groups, err := syscall.Getgroups()
	return groups, of(err)
}
