package sys

import (
	"os"
	"path"
	"syscall"
	"time"
)

// Port names the port as expectations.toml does.
const Port = "js"

var portNames = map[syscall.Errno]Errno{}

func absent(call string) Absent { return Absent{call, "GOOS=js has no way to make it"} }

func of(err error) Errno {
	if err == nil {
		return OK
	}
	if e, ok := err.(syscall.Errno); ok {
		return name(e)
	}
	return Errno(err.Error())
}

func counted(n int, err error) (int, Errno) {
	if err != nil {
		return 0, of(err)
	}
	return n, OK
}

// dirs holds the path of every open directory: js has no calls relative to a descriptor.
var dirs = map[int]string{}

func at(dir int, p string) string {
	if dir < 0 || path.IsAbs(p) || p == "" {
		return p
	}
	full, ok := dirs[dir]
	if !ok {
		panic(absent("a path relative to such a descriptor"))
	}
	return full + "/" + p
}

// Start returns a descriptor and a path that together name p.
func Start(p string) (int, string, Errno) { return -1, p, OK }

// Openat opens a path. The descriptor is -1 on failure.
func Openat(dir int, p string, flags int) (int, Errno) {
	if flags&(NOFOLLOW|NONBLOCK|DSYNC|SYNC) != 0 {
		panic(absent("openat with such flags"))
	}
	n := 0
	for ours, theirs := range map[int]int{
		WRONLY: os.O_WRONLY, RDWR: os.O_RDWR, CREAT: os.O_CREATE, EXCL: os.O_EXCL, TRUNC: os.O_TRUNC,
		APPEND: os.O_APPEND, DIRECTORY: syscall.O_DIRECTORY,
	} {
		if flags&ours != 0 {
			n |= theirs
		}
	}
	full := at(dir, p)
	fd, err := syscall.Open(full, n, 0o666)
	if err != nil {
		return -1, of(err)
	}
	if s, e := Fstat(fd); e == OK && s.Type == TypeDir {
		if !path.IsAbs(full) {
			cwd, _ := os.Getwd()
			full = cwd + "/" + full
		}
		dirs[fd] = full
	}
	return fd, OK
}

// ReadFd is read(2).
func ReadFd(fd int, p []byte) (int, Errno) { return counted(syscall.Read(fd, p)) }

// WriteFd is write(2).
func WriteFd(fd int, p []byte) (int, Errno) { return counted(syscall.Write(fd, p)) }

// Readv does not exist on js.
func Readv(int, [][]byte) (int, Errno) { panic(absent("readv")) }

// Writev does not exist on js.
func Writev(int, [][]byte) (int, Errno) { panic(absent("writev")) }

// Pread is pread(2).
func Pread(fd int, p []byte, off int64) (int, Errno) { return counted(syscall.Pread(fd, p, off)) }

// Pwrite is pwrite(2).
func Pwrite(fd int, p []byte, off int64) (int, Errno) { return counted(syscall.Pwrite(fd, p, off)) }

// Lseek is lseek(2).
func Lseek(fd int, off int64, whence int) (int64, Errno) {
	if whence == SeekData || whence == SeekHole {
		panic(absent("lseek for holes"))
	}
	n, err := syscall.Seek(fd, off, whence)
	if err != nil {
		return 0, of(err)
	}
	return n, OK
}

// Tell is the offset.
func Tell(fd int) (int64, Errno) { return Lseek(fd, 0, SeekCur) }

// Fsync is fsync(2).
func Fsync(fd int) Errno { return of(syscall.Fsync(fd)) }

// Fdatasync does not exist on js.
func Fdatasync(int) Errno { panic(absent("fdatasync")) }

// Fallocate does not exist on js.
func Fallocate(int, int64, int64) Errno { panic(absent("fallocate")) }

// Fadvise does not exist on js.
func Fadvise(int, int64, int64, int) Errno { panic(absent("fadvise")) }

// Ftruncate is ftruncate(2).
func Ftruncate(fd int, size int64) Errno { return of(syscall.Ftruncate(fd, size)) }

func statOf(s *syscall.Stat_t) Stat {
	return Stat{
		Dev: uint64(s.Dev), Ino: s.Ino, Nlink: uint64(s.Nlink), Type: typeOfMode(s.Mode), Size: s.Size,
		Atim: s.Atime*1e9 + s.AtimeNsec, Mtim: s.Mtime*1e9 + s.MtimeNsec, Ctim: s.Ctime*1e9 + s.CtimeNsec,
	}
}

// Fstat is fstat(2).
func Fstat(fd int) (Stat, Errno) {
	var s syscall.Stat_t
	err := syscall.Fstat(fd, &s)
	return statOf(&s), of(err)
}

// Futimens does not exist on js.
func Futimens(int, When, When) Errno { panic(absent("futimens")) }

// Getfl does not exist on js.
func Getfl(int) (int, Errno) { panic(absent("fcntl")) }

// Setfl does not exist on js.
func Setfl(int, int) Errno { panic(absent("fcntl")) }

// Dup2 does not exist on js.
func Dup2(int, int) Errno { panic(absent("dup2")) }

// Close is close(2).
func Close(fd int) Errno {
	delete(dirs, fd)
	return of(syscall.Close(fd))
}

// Getdents does not exist on js.
func Getdents(int, int, uint64) ([]Dirent, Errno) { panic(absent("getdents")) }

// CapRightsGet does not exist on js.
func CapRightsGet(int) (base, inheriting Rights, e Errno) { panic(absent("cap_rights_get")) }

// CapRightsLimit does not exist on js.
func CapRightsLimit(int, Rights, Rights) Errno { panic(absent("cap_rights_limit")) }

// Mkdirat is mkdirat(2).
func Mkdirat(dir int, p string) Errno { return of(syscall.Mkdir(at(dir, p), 0o777)) }

// Unlinkat is unlinkat(2).
func Unlinkat(dir int, p string, rmdir bool) Errno {
	if rmdir {
		return of(syscall.Rmdir(at(dir, p)))
	}
	return of(syscall.Unlink(at(dir, p)))
}

// Renameat is renameat(2).
func Renameat(oldDir int, oldPath string, newDir int, newPath string) Errno {
	return of(syscall.Rename(at(oldDir, oldPath), at(newDir, newPath)))
}

// Linkat is linkat(2).
func Linkat(oldDir int, oldPath string, newDir int, newPath string, follow bool) Errno {
	if follow {
		panic(absent("linkat that follows"))
	}
	return of(syscall.Link(at(oldDir, oldPath), at(newDir, newPath)))
}

// Symlinkat is symlinkat(2).
func Symlinkat(target string, dir int, p string) Errno {
	return of(syscall.Symlink(target, at(dir, p)))
}

// Readlinkat is readlinkat(2).
func Readlinkat(dir int, p string, buf []byte) (int, Errno) {
	return counted(syscall.Readlink(at(dir, p), buf))
}

// Fstatat is fstatat(2).
func Fstatat(dir int, p string, follow bool) (Stat, Errno) {
	var s syscall.Stat_t
	f := syscall.Lstat
	if follow {
		f = syscall.Stat
	}
	err := f(at(dir, p), &s)
	return statOf(&s), of(err)
}

// Utimensat sets both times; js passes whole seconds only.
func Utimensat(int, string, bool, When, When) Errno { panic(absent("utimensat in ns")) }

// Args is what the process was started with.
func Args() ([]string, Errno) { return os.Args, OK }

// Environ is the environment that the process was started with.
func Environ() ([]string, Errno) { return os.Environ(), OK }

var start = time.Now()

// ClockGettime reads a clock, in ns.
func ClockGettime(id int) (int64, Errno) {
	switch id {
	case Realtime:
		return time.Now().UnixNano(), OK
	case Monotonic:
		return int64(time.Since(start)) + 1, OK
	}
	panic(absent("clock_gettime of this clock"))
}

// ClockGetres does not exist on js.
func ClockGetres(int) (int64, Errno) { panic(absent("clock_getres")) }

// Nanosleep sleeps.
func Nanosleep(ns int64) Errno { time.Sleep(time.Duration(ns)); return OK }

// SchedYield does not exist on js.
func SchedYield() Errno { panic(absent("sched_yield")) }

// Getrandom does not exist on js but through crypto/rand.
func Getrandom([]byte) Errno { panic(absent("getrandom")) }

// Raise does not exist on js.
func Raise(Signal) Errno { panic(absent("raise")) }

// Exit ends the process at once.
func Exit(code int) { os.Exit(code) }

// Poll does not exist on js.
func Poll([]Sub) ([]Event, Errno) { panic(absent("poll")) }

// Accept does not exist on js.
func Accept(int, int) (int, Errno) { panic(absent("accept")) }

// Recv does not exist on js.
func Recv(int, []byte, int) (int, Errno) { panic(absent("recv")) }

// Send does not exist on js.
func Send(int, []byte) (int, Errno) { panic(absent("send")) }

// Shutdown does not exist on js.
func Shutdown(int, int) Errno { panic(absent("shutdown")) }

// Pipe does not exist on js.
func Pipe() (r, w int, e Errno) { panic(absent("pipe")) }

// Superuser says whether permission checks are bypassed.
func Superuser() bool { return os.Geteuid() == 0 }
