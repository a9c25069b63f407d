package sys

import "syscall"

const (
	sysFstatat   = syscall.SYS_NEWFSTATAT
	sysGetrandom = 318
	sysPreadv2   = 327
	sysPwritev2  = 328
)
