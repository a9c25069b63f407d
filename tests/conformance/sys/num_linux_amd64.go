package sys

import "syscall"

const (
	sysFstatat   = syscall.SYS_NEWFSTATAT
	sysGetrandom = 318
)
