package sys

import (
	"strconv"
	"syscall"
	"unsafe"
)

// Terminals are files of devfs, and functions of the module gopherix; crates/abi/src/gopherix.rs has the wire.

const (
	ttyTermios     = 0
	ttyWinsize     = 3
	ttyForeground  = 4
	ttySession     = 5
	ttyPtyNumber   = 6
	ttyControlling = 7
)

//go:wasmimport gopherix tty_get
//go:noescape
func tty_get(fd int32, what uint32, buf unsafe.Pointer, n uint32) syscall.Errno

//go:wasmimport gopherix tty_set
//go:noescape
func tty_set(fd int32, what uint32, buf unsafe.Pointer, n uint32) syscall.Errno

func ttyGet[V any](fd int, what uint32) (v V, e Errno) {
	e = name(tty_get(int32(fd), what, unsafe.Pointer(&v), uint32(unsafe.Sizeof(v))))
	return v, e
}

func ttySet[V any](fd int, what uint32, v *V) Errno {
	return name(tty_set(int32(fd), what, unsafe.Pointer(v), uint32(unsafe.Sizeof(*v))))
}

func openDevice(path string) (int, Errno) {
	dir, rest, e := Start(path)
	if e != OK {
		return -1, e
	}
	return Openat(dir, rest, RDWR)
}

// OpenMaster makes a pseudo-terminal.
func OpenMaster() (int, Errno) { return openDevice("/dev/ptmx") }

// OpenTerminal opens the terminal of that number.
func OpenTerminal(number int) (int, Errno) { return openDevice("/dev/pts/" + strconv.Itoa(number)) }

// Ptsname is ptsname(3), its number.
func Ptsname(fd int) (int, Errno) {
	number, e := ttyGet[uint32](fd, ttyPtyNumber)
	return int(number), e
}

// Tcgetattr is tcgetattr(3).
func Tcgetattr(fd int) (Termios, Errno) { return ttyGet[Termios](fd, ttyTermios) }

// Tcsetattr is tcsetattr(3).
func Tcsetattr(fd, when int, m *Termios) Errno { return ttySet(fd, ttyTermios+uint32(when), m) }

// Tcgetwinsize is tcgetwinsize(3).
func Tcgetwinsize(fd int) (Winsize, Errno) { return ttyGet[Winsize](fd, ttyWinsize) }

// Tcsetwinsize is tcsetwinsize(3).
func Tcsetwinsize(fd int, w *Winsize) Errno { return ttySet(fd, ttyWinsize, w) }

// Tcgetpgrp is tcgetpgrp(3).
func Tcgetpgrp(fd int) (int, Errno) {
	pgid, e := ttyGet[int32](fd, ttyForeground)
	return int(pgid), e
}

// Tcsetpgrp is tcsetpgrp(3).
func Tcsetpgrp(fd, pgid int) Errno {
	group := int32(pgid)
	return ttySet(fd, ttyForeground, &group)
}

// Tcgetsid is tcgetsid(3).
func Tcgetsid(fd int) (int, Errno) {
	sid, e := ttyGet[int32](fd, ttySession)
	return int(sid), e
}

// Tiocsctty is TIOCSCTTY(2const).
func Tiocsctty(fd int) Errno { return ttySet(fd, ttyControlling, &struct{}{}) }
