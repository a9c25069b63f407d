package main

import (
	"os/signal"
	"syscall"
	"unsafe"
)

type modes = syscall.Termios

// TCSETSW, which package syscall lacks.
const tcsetsw = 0x5403

func ioctl(fd int, request uintptr, p unsafe.Pointer) error {
	for {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(p))
		switch errno {
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
	return m, ioctl(fd, syscall.TCGETS, unsafe.Pointer(m))
}

// setModes sets them once all output is out (TCSETSW).
func setModes(fd int, m *modes) error { return ioctl(fd, tcsetsw, unsafe.Pointer(m)) }

func getForeground(fd int) (int, error) {
	var pgid int32
	err := ioctl(fd, syscall.TIOCGPGRP, unsafe.Pointer(&pgid))
	return int(pgid), err
}

// setForeground is also for the background: SIGTTOU is ignored meanwhile.
func setForeground(fd, pgid int) error {
	signal.Ignore(syscall.SIGTTOU)
	defer signal.Reset(syscall.SIGTTOU)
	group := int32(pgid)
	return ioctl(fd, syscall.TIOCSPGRP, unsafe.Pointer(&group))
}
