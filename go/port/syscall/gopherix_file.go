//go:build wasip1

package syscall

import (
	"internal/stringslite"
	"unsafe"
)

// Files, where WASI preview 1 falls short: modes, owners, pipes, duplicates.

//go:wasmimport gopherix pipe
//go:noescape
func gopherix_pipe(fds *[2]int32, flags uint32) Errno

//go:wasmimport gopherix dup
//go:noescape
func gopherix_dup(fd, min int32, to *int32) Errno

//go:wasmimport gopherix access
//go:noescape
func gopherix_access(path *byte, pathLen size, mode, flags uint32) Errno

//go:wasmimport gopherix stat
//go:noescape
func gopherix_stat(flags uint32, path *byte, pathLen size, stat *gopherixStat) Errno

//go:wasmimport gopherix fstat
//go:noescape
func gopherix_fstat(fd int32, stat *gopherixStat) Errno

//go:wasmimport gopherix chmod
//go:noescape
func gopherix_chmod(path *byte, pathLen size, mode uint32) Errno

//go:wasmimport gopherix fchmod
func gopherix_fchmod(fd int32, mode uint32) Errno

//go:wasmimport gopherix chown
//go:noescape
func gopherix_chown(flags uint32, path *byte, pathLen size, uid, gid uint32) Errno

//go:wasmimport gopherix fchown
func gopherix_fchown(fd int32, uid, gid uint32) Errno

//go:wasmimport gopherix umask
//go:noescape
func gopherix_umask(mask uint32, old *uint32) Errno

//go:wasmimport gopherix mkfifo
//go:noescape
func gopherix_mkfifo(path *byte, pathLen size, mode uint32) Errno

//go:wasmimport wasi_snapshot_preview1 fd_renumber
func fd_renumber(from, to int32) Errno

const (
	// AT_FDCWD says that a path is seen from the working directory.
	AT_FDCWD = -0x64

	O_NONBLOCK = 0o4000

	atSymlinkNofollow = 0x100
	permissionBits    = 0o7777

	// FD_CLOEXEC is set on every descriptor: a new process gets those that it is given.
	FD_CLOEXEC = 1
)

// gopherixStat is a file's attributes as words of 8 bytes: those of WASI, then mode and owner, then group.
type gopherixStat [10]uint64

func (s *gopherixStat) get(st *Stat_t) {
	*st = Stat_t{
		Dev:      s[0],
		Ino:      s[1],
		Filetype: Filetype(s[2]),
		Nlink:    s[3],
		Size:     s[4],
		Atime:    s[5],
		Mtime:    s[6],
		Ctime:    s[7],
		Mode:     int(uint32(s[8])) | fileTypes[s[2]&7],
		Uid:      uint32(s[8] >> 32),
		Gid:      uint32(s[9]),
	}
}

// fileTypes is the type in a file's mode by WASI's type, which knows no fifo: what it does not know is one.
var fileTypes = [...]int{
	FILETYPE_UNKNOWN:          S_IFIFO,
	FILETYPE_BLOCK_DEVICE:     S_IFBLK,
	FILETYPE_CHARACTER_DEVICE: S_IFCHR,
	FILETYPE_DIRECTORY:        S_IFDIR,
	FILETYPE_REGULAR_FILE:     S_IFREG,
	FILETYPE_SOCKET_DGRAM:     S_IFSOCK,
	FILETYPE_SOCKET_STREAM:    S_IFSOCK,
	FILETYPE_SYMBOLIC_LINK:    S_IFLNK,
}

// kernelPath is a path as the kernel takes it, which does not know where this process has gone by Chdir.
func kernelPath(path string) (*byte, size, error) {
	if path == "" {
		return nil, 0, ENOENT
	}
	path = absolute(cwd, path)
	return unsafe.StringData(path), size(len(path)), nil
}

// preparePath is the directory that the host has opened for this process and that a path is in, and the rest of the path. ".." stays
// as it is, for behind a symbolic link only the kernel knows what it means.
func preparePath(path string) (int32, *byte, size) {
	path = absolute(cwd, path)
	dir := opendir{fd: -1}
	for _, p := range preopens {
		name := p.name
		if isDir(name) {
			name = name[:len(name)-1]
		}
		isIn := stringslite.HasPrefix(path, name) && (len(path) == len(name) || path[len(name)] == '/')
		if isIn && (dir.fd < 0 || len(name) > len(dir.name)) {
			dir = opendir{fd: p.fd, name: name}
		}
	}
	path = path[len(dir.name):]
	for isAbs(path) {
		path = path[1:]
	}
	if path == "" {
		path = "."
	}
	return dir.fd, unsafe.StringData(path), size(len(path))
}

func statPath(path string, flags uint32, st *Stat_t) error {
	if path == "" {
		return EINVAL
	}
	p, n, err := kernelPath(path)
	if err != nil {
		return err
	}
	var s gopherixStat
	if errno := gopherix_stat(flags, p, n, &s); errno != 0 {
		return errno
	}
	s.get(st)
	return nil
}

func Stat(path string, st *Stat_t) error {
	return statPath(path, 0, st)
}

func Lstat(path string, st *Stat_t) error {
	return statPath(path, atSymlinkNofollow, st)
}

func Fstat(fd int, st *Stat_t) error {
	var s gopherixStat
	if errno := gopherix_fstat(int32(fd), &s); errno != 0 {
		return errno
	}
	s.get(st)
	return nil
}

func Chmod(path string, mode uint32) error {
	p, n, err := kernelPath(path)
	if err != nil {
		return err
	}
	return errnoErr(gopherix_chmod(p, n, mode&permissionBits))
}

func Fchmod(fd int, mode uint32) error {
	return errnoErr(gopherix_fchmod(int32(fd), mode&permissionBits))
}

func chown(path string, uid, gid int, flags uint32) error {
	p, n, err := kernelPath(path)
	if err != nil {
		return err
	}
	return errnoErr(gopherix_chown(flags, p, n, uint32(uid), uint32(gid)))
}

func Chown(path string, uid, gid int) error {
	return chown(path, uid, gid, 0)
}

func Lchown(path string, uid, gid int) error {
	return chown(path, uid, gid, atSymlinkNofollow)
}

func Fchown(fd int, uid, gid int) error {
	return errnoErr(gopherix_fchown(int32(fd), uint32(uid), uint32(gid)))
}

func Umask(mask int) (old int) {
	var o uint32
	gopherix_umask(uint32(mask), &o)
	return int(o)
}

func Mkfifo(path string, mode uint32) error {
	p, n, err := kernelPath(path)
	if err != nil {
		return err
	}
	return errnoErr(gopherix_mkfifo(p, n, mode&permissionBits))
}

func Access(path string, mode uint32) error {
	return Faccessat(AT_FDCWD, path, mode, 0)
}

// Faccessat looks from the working directory only: dirfd must be AT_FDCWD unless the path is absolute.
func Faccessat(dirfd int, path string, mode uint32, flags int) error {
	if dirfd != AT_FDCWD && !isAbs(path) {
		return ENOSYS
	}
	p, n, err := kernelPath(path)
	if err != nil {
		return err
	}
	return errnoErr(gopherix_access(p, n, mode, uint32(flags)))
}

// Open opens a file. WASI knows no mode for those that it creates, which get 0666 but for the umask; so one that is to have
// another is created by this process or by nobody, and then gets it.
func Open(path string, openmode int, perm uint32) (int, error) {
	if path == "" {
		return -1, EINVAL
	}
	dirFd, pathPtr, pathLen := preparePath(path)
	return openat(dirFd, pathPtr, pathLen, openmode, perm)
}

func openat(dirFd int32, pathPtr *byte, pathLen size, openmode int, perm uint32) (int, error) {
	if openmode&O_CREATE == 0 || perm&permissionBits == 0o666 {
		return gopherixOpenat(dirFd, pathPtr, pathLen, openmode, perm)
	}
	mask := currentUmask()
	if perm = perm & permissionBits &^ mask; perm == 0o666&^mask {
		return gopherixOpenat(dirFd, pathPtr, pathLen, openmode, perm)
	}
	fd, err := gopherixOpenat(dirFd, pathPtr, pathLen, openmode|O_EXCL, perm)
	if err == EEXIST && openmode&O_EXCL == 0 {
		return gopherixOpenat(dirFd, pathPtr, pathLen, openmode, perm)
	}
	if err != nil {
		return fd, err
	}
	if err := Fchmod(fd, perm); err != nil {
		Close(fd)
		return -1, err
	}
	return fd, nil
}

func currentUmask() uint32 {
	mask := Umask(0o777)
	Umask(mask)
	return uint32(mask)
}

// Mkdir creates a directory. As with Open, the kernel gives it 0777 but for the umask.
func Mkdir(path string, perm uint32) error {
	if path == "" {
		return EINVAL
	}
	dirFd, pathPtr, pathLen := preparePath(path)
	if errno := path_create_directory(dirFd, pathPtr, pathLen); errno != 0 {
		return errno
	}
	if perm &= permissionBits; perm == 0o777 {
		return nil
	}
	mask := currentUmask()
	if perm &^= mask; perm == 0o777&^mask {
		return nil
	}
	return Chmod(path, perm)
}

func Pipe(fd []int) error {
	return Pipe2(fd, 0)
}

// Pipe2 makes a pipe. Flags are O_CLOEXEC, which always holds.
func Pipe2(fd []int, flags int) error {
	if len(fd) != 2 || flags&^O_CLOEXEC != 0 {
		return EINVAL
	}
	var fds [2]int32
	if errno := gopherix_pipe(&fds, 0); errno != 0 {
		return errno
	}
	fd[0], fd[1] = int(fds[0]), int(fds[1])
	return nil
}

func Dup(fd int) (int, error) {
	return gopherixDup(fd, 0)
}

// gopherixDup duplicates to the lowest free number from min on. For internal/syscall/unix.
//
//go:linkname gopherixDup
func gopherixDup(fd, min int) (int, error) {
	var to int32
	if errno := gopherix_dup(int32(fd), int32(min), &to); errno != 0 {
		return -1, errno
	}
	return int(to), nil
}

func Dup2(fd, newfd int) error {
	if fd == newfd {
		var st fdstat
		return errnoErr(fd_fdstat_get(int32(fd), &st))
	}
	to, err := gopherixDup(fd, newfd)
	if err != nil || to == newfd {
		return err
	}
	return errnoErr(fd_renumber(int32(to), int32(newfd)))
}
