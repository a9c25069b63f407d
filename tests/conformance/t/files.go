package t

import (
	"strconv"

	"gopherix/conformance/sys"
)

// Open opens and closes at the end of the case; a failure ends the case.
func (t *T) Open(dir int, name string, flags int) int {
	fd, e := sys.Openat(dir, name, flags)
	t.OK("openat "+name, e)
	t.closing = append(t.closing, fd)
	return fd
}

// Abs opens an absolute path.
func (t *T) Abs(name string, flags int) int {
	dir, rest, e := sys.Start(name)
	t.OK("a directory that leads to "+name, e)
	return t.Open(dir, rest, flags)
}

// Later closes fd at the end of the case.
func (t *T) Later(fd int) { t.closing = append(t.closing, fd) }

// Close closes fd now; a failure ends the case.
func (t *T) Close(fd int) {
	for i, c := range t.closing {
		if c == fd {
			t.closing = append(t.closing[:i], t.closing[i+1:]...)
			break
		}
	}
	t.OK("close", sys.Close(fd))
}

// Create makes a file with this content and returns it open for reading and writing, at offset 0.
func (t *T) Create(name, data string) int {
	fd := t.Open(t.Dir, name, sys.RDWR|sys.CREAT|sys.EXCL)
	if data != "" {
		n, e := sys.Pwrite(fd, []byte(data), 0)
		if n != len(data) || e != sys.OK {
			t.Fatalf("pwrite of %s = %d, %v", name, n, e)
		}
	}
	return fd
}

// File makes a file with this content.
func (t *T) File(name, data string) { t.Close(t.Create(name, data)) }

// Mkdir makes a directory.
func (t *T) Mkdir(name string) { t.OK("mkdirat "+name, sys.Mkdirat(t.Dir, name)) }

// Symlink makes a symbolic link.
func (t *T) Symlink(target, name string) {
	t.OK("symlinkat "+name, sys.Symlinkat(target, t.Dir, name))
}

// Content reads a whole file.
func (t *T) Content(name string) string {
	fd := t.Open(t.Dir, name, sys.RDONLY)
	defer t.Close(fd)
	return t.Rest(fd)
}

// Rest reads from the descriptor's offset to the end.
func (t *T) Rest(fd int) string {
	var all []byte
	buf := make([]byte, 4096)
	for {
		n, e := sys.ReadFd(fd, buf)
		t.OK("read", e)
		if n == 0 {
			return string(all)
		}
		all = append(all, buf[:n]...)
	}
}

// Write writes everything, in one call.
func (t *T) Write(fd int, data string) {
	n, e := sys.WriteFd(fd, []byte(data))
	if n != len(data) || e != sys.OK {
		t.Fatalf("write of %d bytes = %d, %v", len(data), n, e)
	}
}

// Want compares a file's content.
func (t *T) Want(name, data string) {
	if got := t.Content(name); got != data {
		t.Errorf("%s holds %s, want %s", name, clip(got), clip(data))
	}
}

func clip(s string) string {
	if len(s) > 60 {
		return strconv.Quote(s[:60]) + "… (" + strconv.Itoa(len(s)) + " bytes)"
	}
	return strconv.Quote(s)
}

// Fstat returns what fstat says of a descriptor.
func (t *T) Fstat(fd int) sys.Stat {
	s, e := sys.Fstat(fd)
	t.OK("fstat", e)
	return s
}

// Stat returns what fstatat says of a path.
func (t *T) Stat(name string, follow bool) sys.Stat {
	s, e := sys.Fstatat(t.Dir, name, follow)
	t.OK("fstatat "+name, e)
	return s
}

// Gone checks that nothing has this name.
func (t *T) Gone(name string) {
	_, e := sys.Fstatat(t.Dir, name, false)
	t.Errno("fstatat "+name, e, sys.ENOENT)
}

// Names lists a directory by buffers of size bytes, without "." and "..".
func (t *T) Names(dir, size int) []string {
	var names []string
	for _, d := range t.Entries(dir, size) {
		names = append(names, d.Name)
	}
	return names
}

// Entries lists a directory by buffers of size bytes, without "." and "..".
func (t *T) Entries(dir, size int) []sys.Dirent {
	var out []sys.Dirent
	cookie := uint64(0)
	for rounds := 0; ; rounds++ {
		if rounds > 1_000_000 {
			t.Fatalf("getdents does not come to an end")
		}
		ents, e := sys.Getdents(dir, size, cookie)
		t.OK("getdents", e)
		if len(ents) == 0 {
			return out
		}
		for _, d := range ents {
			cookie = d.Next
			if d.Name != "." && d.Name != ".." {
				out = append(out, d)
			}
		}
	}
}
