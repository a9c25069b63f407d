package sys

import (
	"strconv"
	"syscall"
	"unsafe"
)

// What package syscall lacks.
const (
	tiocgsid   = 0x5429
	tiocsptlck = 0x40045431
	tiocgptn   = 0x80045430
)

func ioctl(fd int, request uintptr, p unsafe.Pointer) Errno {
	_, e := call(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(p))
	return e
}

// OpenMaster makes a pseudo-terminal, whose terminal is not locked.
func OpenMaster() (int, Errno) {
	fd, e := opened(syscall.Open("/dev/ptmx", syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0))
	if e != OK {
		return fd, e
	}
	unlocked := new(int32)
	return fd, ioctl(fd, tiocsptlck, unsafe.Pointer(unlocked))
}

// OpenTerminal opens the terminal of that number; it never becomes the controlling one by that.
func OpenTerminal(number int) (int, Errno) {
	path := "/dev/pts/" + strconv.Itoa(number)
	return opened(syscall.Open(path, syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0))
}

// Ptsname is ptsname(3), its number.
func Ptsname(fd int) (int, Errno) {
	number := new(uint32)
	e := ioctl(fd, tiocgptn, unsafe.Pointer(number))
	return int(*number), e
}

// Tcgetattr is tcgetattr(3).
func Tcgetattr(fd int) (Termios, Errno) {
	m := new(Termios)
	e := ioctl(fd, syscall.TCGETS, unsafe.Pointer(m))
	return *m, e
}

// Tcsetattr is tcsetattr(3).
func Tcsetattr(fd, when int, m *Termios) Errno {
	// TCSETS, TCSETSW, TCSETSF.
	return ioctl(fd, syscall.TCSETS+uintptr(when), unsafe.Pointer(m))
}

// Tcgetwinsize is tcgetwinsize(3).
func Tcgetwinsize(fd int) (Winsize, Errno) {
	w := new(Winsize)
	e := ioctl(fd, syscall.TIOCGWINSZ, unsafe.Pointer(w))
	return *w, e
}

// Tcsetwinsize is tcsetwinsize(3).
func Tcsetwinsize(fd int, w *Winsize) Errno { return ioctl(fd, syscall.TIOCSWINSZ, unsafe.Pointer(w)) }

// Tcgetpgrp is tcgetpgrp(3).
func Tcgetpgrp(fd int) (int, Errno) {
	pgid := new(int32)
	e := ioctl(fd, syscall.TIOCGPGRP, unsafe.Pointer(pgid))
	return int(*pgid), e
}

// Tcsetpgrp is tcsetpgrp(3).
func Tcsetpgrp(fd, pgid int) Errno {
	group := new(int32)
	*group = int32(pgid)
	return ioctl(fd, syscall.TIOCSPGRP, unsafe.Pointer(group))
}

// Tcgetsid is tcgetsid(3).
func Tcgetsid(fd int) (int, Errno) {
	sid := new(int32)
	e := ioctl(fd, tiocgsid, unsafe.Pointer(sid))
	return int(*sid), e
}

// Tiocsctty is TIOCSCTTY(2const).
func Tiocsctty(fd int) Errno { return ioctl(fd, syscall.TIOCSCTTY, nil) }
