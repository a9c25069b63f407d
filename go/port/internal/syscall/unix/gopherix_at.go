//go:build wasip1

package unix

import "syscall"

// Calls that WASI lacks, or that forget the mode, by paths of the kernel's: a directory is found again below /proc/self/fd.

// at is path seen from the directory dirfd.
func at(dirfd int, path string) string {
	if dirfd == syscall.AT_FDCWD || len(path) > 0 && path[0] == '/' {
		return path
	}
	digits := [20]byte{}
	i := len(digits)
	for n := uint(dirfd); ; n /= 10 {
		i--
		digits[i] = byte('0' + n%10)
		if n < 10 {
			break
		}
	}
	return "/proc/self/fd/" + string(digits[i:]) + "/" + path
}

func Fstatat(dirfd int, path string, stat *syscall.Stat_t, flags int) error {
	if path == "" {
		return syscall.ENOENT
	}
	if flags&AT_SYMLINK_NOFOLLOW != 0 {
		return syscall.Lstat(at(dirfd, path), stat)
	}
	return syscall.Stat(at(dirfd, path), stat)
}

// Fchmodat cannot change a symbolic link's mode, which nobody looks at.
func Fchmodat(dirfd int, path string, mode uint32, flags int) error {
	if path == "" {
		return syscall.ENOENT
	}
	if flags&AT_SYMLINK_NOFOLLOW != 0 {
		var st syscall.Stat_t
		if err := syscall.Lstat(at(dirfd, path), &st); err != nil {
			return err
		}
		if st.Filetype == syscall.FILETYPE_SYMBOLIC_LINK {
			return syscall.ENOTSUP
		}
	}
	return syscall.Chmod(at(dirfd, path), mode)
}

func Fchownat(dirfd int, path string, uid, gid int, flags int) error {
	if path == "" {
		return syscall.ENOENT
	}
	if flags&AT_SYMLINK_NOFOLLOW != 0 {
		return syscall.Lchown(at(dirfd, path), uid, gid)
	}
	return syscall.Chown(at(dirfd, path), uid, gid)
}

func Mkdirat(dirfd int, path string, mode uint32) error {
	if path == "" {
		return syscall.ENOENT
	}
	return syscall.Mkdir(at(dirfd, path), mode)
}
