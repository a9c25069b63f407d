//go:build wasip1

package os

import (
	"internal/poll"
	"syscall"
	_ "unsafe" // for go:linkname
)

//go:linkname gopherixPidfd syscall.gopherixPidfd
func gopherixPidfd(pid int) (int, error)

//go:linkname gopherixExecutable syscall.gopherixExecutable
func gopherixExecutable() (string, error)

func executable() (string, error) {
	path, err := gopherixExecutable()
	return path, NewSyscallError("exe_path", err)
}

// blockUntilWaitable waits until a call of Wait4 will succeed at once. Only the goroutine that calls it waits: a descriptor of the
// process becomes readable when it is over.
func (p *Process) blockUntilWaitable() (bool, error) {
	fd, err := gopherixPidfd(p.Pid)
	if err != nil {
		// Wait4 says it better, or waits.
		return false, nil
	}
	pfd := poll.FD{Sysfd: fd, IsStream: true}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return false, nil
	}
	if err := pfd.Init("file", true); err != nil {
		syscall.Close(fd)
		return false, nil
	}
	defer pfd.Close()
	asked := false
	err = pfd.RawRead(func(uintptr) bool {
		defer func() { asked = true }()
		return asked
	})
	return err == nil, nil
}
