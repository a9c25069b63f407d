package main

import (
	"os/signal"
	"syscall"
	"unsafe"
)

// What tty_get and tty_set are asked for.
const (
	termios      = 0
	termiosDrain = 1
	foregroundOf = 4
)

// modes are the terminal's settings, which are kept and put back, and not looked into.
type modes [36]byte

//go:wasmimport gopherix tty_get
//go:noescape
func ttyGet(fd int32, what uint32, buf unsafe.Pointer, size uint32) syscall.Errno

//go:wasmimport gopherix tty_set
//go:noescape
func ttySet(fd int32, what uint32, buf unsafe.Pointer, size uint32) syscall.Errno

func retry(call func() syscall.Errno) error {
	for {
		switch errno := call(); errno {
		case 0:
			return nil
		case syscall.EINTR:
		default:
			return errno
		}
	}
}

func isTerminal(fd int) bool {
	_, err := getModes(fd)
	return err == nil
}

func getModes(fd int) (*modes, error) {
	m := new(modes)
	return m, retry(func() syscall.Errno { return ttyGet(int32(fd), termios, unsafe.Pointer(m), uint32(len(m))) })
}

// setModes sets them once all output is out.
func setModes(fd int, m *modes) error {
	return retry(func() syscall.Errno { return ttySet(int32(fd), termiosDrain, unsafe.Pointer(m), uint32(len(m))) })
}

func getForeground(fd int) (int, error) {
	var pgid int32
	err := retry(func() syscall.Errno { return ttyGet(int32(fd), foregroundOf, unsafe.Pointer(&pgid), 4) })
	return int(pgid), err
}

// setForeground is also for the background: SIGTTOU is ignored meanwhile.
func setForeground(fd, pgid int) error {
	signal.Ignore(syscall.SIGTTOU)
	defer signal.Reset(syscall.SIGTTOU)
	group := int32(pgid)
	return retry(func() syscall.Errno { return ttySet(int32(fd), foregroundOf, unsafe.Pointer(&group), 4) })
}
