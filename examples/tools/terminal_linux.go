package main

import (
	"syscall"
	"unsafe"
)

const sigwinch = syscall.SIGWINCH

// tcsetsw is TCSETSW, which package syscall lacks.
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

func getModes(fd int) (*modes, error) {
	m := new(modes)
	return m, ioctl(fd, syscall.TCGETS, unsafe.Pointer(m))
}

func setModes(fd int, m *modes) error { return ioctl(fd, tcsetsw, unsafe.Pointer(m)) }

func getSize(fd int) (rows, columns uint16, err error) {
	var size [4]uint16
	err = ioctl(fd, syscall.TIOCGWINSZ, unsafe.Pointer(&size))
	return size[0], size[1], err
}
