package main

import (
	"syscall"
	"unsafe"
)

const sigwinch = syscall.Signal(28)

// What tty_get and tty_set are asked for.
const (
	termios      = 0
	termiosDrain = 1
	winsize      = 3
)

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

func getModes(fd int) (*modes, error) {
	m := new(modes)
	return m, retry(func() syscall.Errno { return ttyGet(int32(fd), termios, unsafe.Pointer(m), uint32(unsafe.Sizeof(*m))) })
}

func setModes(fd int, m *modes) error {
	return retry(func() syscall.Errno {
		return ttySet(int32(fd), termiosDrain, unsafe.Pointer(m), uint32(unsafe.Sizeof(*m)))
	})
}

func getSize(fd int) (rows, columns uint16, err error) {
	var size [4]uint16
	err = retry(func() syscall.Errno { return ttyGet(int32(fd), winsize, unsafe.Pointer(&size), 8) })
	return size[0], size[1], err
}
