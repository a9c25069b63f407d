package sys

import "syscall"

const (
	sysFstatat   = syscall.SYS_FSTATAT
	sysGetrandom = 278
	sysPreadv2   = 286
	sysPwritev2  = 287
)
