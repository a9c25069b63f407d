package sys

import (
	"os"
	"path"
	"strings"
	"unsafe"
)

const writeRights = RightFdDatasync | RightFdWrite | 1<<8 | 1<<22

func text(s string) (unsafe.Pointer, uint32) {
	return unsafe.Pointer(unsafe.StringData(s)), uint32(len(s))
}

func lookup(follow bool) uint32 {
	if follow {
		return 1
	}
	return 0
}

// Start returns a descriptor and a path that together name the absolute or relative path p: the preopened
// directory with the longest name that leads to it.
func Start(p string) (int, string, Errno) {
	if !path.IsAbs(p) {
		cwd, _ := os.Getwd()
		p = path.Join("/", cwd, p)
	}
	best, rest, length := -1, "", -1
	for fd := 3; ; fd++ {
		b := aligned(8)
		if fd_prestat_get(int32(fd), pointer(b)) != 0 {
			break
		}
		if b[0] != 0 { // not a directory: a listener
			continue
		}
		dir := make([]byte, le.Uint32(b[4:])+1)
		if e := fd_prestat_dir_name(int32(fd), pointer(dir), le.Uint32(b[4:])); e != 0 {
			return -1, "", wasi(e)
		}
		root := path.Join("/", strings.TrimRight(string(dir), "\x00"))
		if p != root && !strings.HasPrefix(p, strings.TrimSuffix(root, "/")+"/") {
			continue
		}
		if len(root) > length {
			best, length = fd, len(root)
			rest = strings.TrimPrefix(strings.TrimPrefix(p, root), "/")
		}
	}
	if best < 0 {
		return -1, "", ENOENT
	}
	if rest == "" {
		rest = "."
	}
	return best, rest, OK
}

// Openat is path_open. The descriptor is -1 on failure.
func Openat(dir int, name string, flags int) (int, Errno) {
	rights := Rights(1<<30-1) &^ (1<<28 | 1<<29)
	switch {
	case flags&RDWR != 0:
	case flags&WRONLY != 0:
		rights &^= RightFdRead | 1<<14
	default:
		rights &^= writeRights
	}
	inheriting := Rights(1<<30 - 1)
	if flags&DIRECTORY != 0 {
		rights &^= writeRights | RightFdRead
	}
	var oflags uint32
	for i, f := range []int{CREAT, DIRECTORY, EXCL, TRUNC} {
		if flags&f != 0 {
			oflags |= 1 << i
		}
	}
	p, n := text(name)
	fd := int32(-1)
	e := path_open(int32(dir), lookup(flags&NOFOLLOW == 0), p, n, oflags, uint64(rights), uint64(inheriting), fdflags(flags), &fd)
	if e != 0 {
		return -1, wasi(e)
	}
	return int(fd), OK
}

// Mkdirat is mkdirat(2).
func Mkdirat(dir int, name string) Errno {
	p, n := text(name)
	return wasi(path_create_directory(int32(dir), p, n))
}

// Unlinkat is unlinkat(2); rmdir asks for AT_REMOVEDIR.
func Unlinkat(dir int, name string, rmdir bool) Errno {
	p, n := text(name)
	if rmdir {
		return wasi(path_remove_directory(int32(dir), p, n))
	}
	return wasi(path_unlink_file(int32(dir), p, n))
}

// Renameat is renameat(2).
func Renameat(oldDir int, oldPath string, newDir int, newPath string) Errno {
	p, n := text(oldPath)
	q, m := text(newPath)
	return wasi(path_rename(int32(oldDir), p, n, int32(newDir), q, m))
}

// Linkat is linkat(2); follow asks for AT_SYMLINK_FOLLOW.
func Linkat(oldDir int, oldPath string, newDir int, newPath string, follow bool) Errno {
	p, n := text(oldPath)
	q, m := text(newPath)
	return wasi(path_link(int32(oldDir), lookup(follow), p, n, int32(newDir), q, m))
}

// Symlinkat is symlinkat(2).
func Symlinkat(target string, dir int, name string) Errno {
	p, n := text(target)
	q, m := text(name)
	return wasi(path_symlink(p, n, int32(dir), q, m))
}

// Readlinkat is readlinkat(2).
func Readlinkat(dir int, name string, buf []byte) (int, Errno) {
	p, n := text(name)
	var used uint32
	e := path_readlink(int32(dir), p, n, pointer(buf), uint32(len(buf)), &used)
	return count(used, e)
}

// Fstatat is fstatat(2).
func Fstatat(dir int, name string, follow bool) (Stat, Errno) {
	p, n := text(name)
	b := aligned(64)
	e := path_filestat_get(int32(dir), lookup(follow), p, n, pointer(b))
	return statOf(b), wasi(e)
}

// Utimensat is utimensat(2).
func Utimensat(dir int, name string, follow bool, atim, mtim When) Errno {
	p, n := text(name)
	a, m, flags := times(atim, mtim)
	return wasi(path_filestat_set_times(int32(dir), lookup(follow), p, n, a, m, flags))
}

func list(sizes func(count, size *uint32) uint32, get func(ptrs, buf unsafe.Pointer) uint32) ([]string, Errno) {
	var n, size uint32
	if e := sizes(&n, &size); e != 0 {
		return nil, wasi(e)
	}
	ptrs, buf := aligned(int(4*n)), make([]byte, size+1)
	sink = append(sink[:0], ptrs, buf)
	if e := get(unsafe.Pointer(&ptrs[0]), unsafe.Pointer(&buf[0])); e != 0 {
		return nil, wasi(e)
	}
	start := uint32(uintptr(unsafe.Pointer(&buf[0])))
	var out []string
	for i := range n {
		at := le.Uint32(ptrs[4*i:]) - start
		if at >= size {
			return nil, Errno("a pointer is outside the buffer")
		}
		s, _, ok := strings.Cut(string(buf[at:size]), "\x00")
		if !ok {
			return nil, Errno("a string has no NUL at its end")
		}
		out = append(out, s)
	}
	return out, OK
}

// Args is what the process was started with.
func Args() ([]string, Errno) {
	return list(func(n, size *uint32) uint32 { return args_sizes_get(n, size) },
		func(p, b unsafe.Pointer) uint32 { return args_get(p, b) })
}

// Environ is the environment that the process was started with.
func Environ() ([]string, Errno) {
	return list(func(n, size *uint32) uint32 { return environ_sizes_get(n, size) },
		func(p, b unsafe.Pointer) uint32 { return environ_get(p, b) })
}
