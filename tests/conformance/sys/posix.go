package sys

import "syscall"

// Mode returns the permission bits of a name; of a link its own.
func Mode(p string) (uint32, Errno) {
	var s syscall.Stat_t
	err := syscall.Lstat(p, &s)
	return uint32(s.Mode) & 0o7777, errnoOf(err)
}

// Owner returns user and group of a name; of a link its own.
func Owner(p string) (uid, gid int, e Errno) {
	var s syscall.Stat_t
	err := syscall.Lstat(p, &s)
	return int(s.Uid), int(s.Gid), errnoOf(err)
}

func errnoOf(err error) Errno {
	if err == nil {
		return OK
	}
	if e, ok := err.(syscall.Errno); ok {
		return name(e)
	}
	return Errno(err.Error())
}

// Bits of Faccessat.
const (
	AccessExists = 0
	AccessExec   = 1
	AccessWrite  = 2
	AccessRead   = 4
)
