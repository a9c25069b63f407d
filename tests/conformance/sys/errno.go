package sys

import (
	"strconv"
	"syscall"
)

// Errno is the POSIX name of an error number, the same spelling on every port. OK means success.
type Errno string

// OK is what a call that succeeded returns.
const OK Errno = ""

// ENOTCAPABLE exists on WASI only; Linux never returns it.
const ENOTCAPABLE Errno = "ENOTCAPABLE"

// The names that cases compare with.
const (
	E2BIG        Errno = "E2BIG"
	EACCES       Errno = "EACCES"
	EAGAIN       Errno = "EAGAIN"
	EBADF        Errno = "EBADF"
	EBUSY        Errno = "EBUSY"
	ECANCELED    Errno = "ECANCELED"
	ECONNABORTED Errno = "ECONNABORTED"
	ECONNREFUSED Errno = "ECONNREFUSED"
	ECONNRESET   Errno = "ECONNRESET"
	EDEADLK      Errno = "EDEADLK"
	EDQUOT       Errno = "EDQUOT"
	EEXIST       Errno = "EEXIST"
	EFAULT       Errno = "EFAULT"
	EFBIG        Errno = "EFBIG"
	EILSEQ       Errno = "EILSEQ"
	EINPROGRESS  Errno = "EINPROGRESS"
	EINTR        Errno = "EINTR"
	EINVAL       Errno = "EINVAL"
	EIO          Errno = "EIO"
	EISDIR       Errno = "EISDIR"
	ELOOP        Errno = "ELOOP"
	EMFILE       Errno = "EMFILE"
	EMLINK       Errno = "EMLINK"
	EMSGSIZE     Errno = "EMSGSIZE"
	ENAMETOOLONG Errno = "ENAMETOOLONG"
	ENFILE       Errno = "ENFILE"
	ENOBUFS      Errno = "ENOBUFS"
	ENODEV       Errno = "ENODEV"
	ENOENT       Errno = "ENOENT"
	ENOEXEC      Errno = "ENOEXEC"
	ENOLCK       Errno = "ENOLCK"
	ENOMEM       Errno = "ENOMEM"
	ENOSPC       Errno = "ENOSPC"
	ENOSYS       Errno = "ENOSYS"
	ENOTCONN     Errno = "ENOTCONN"
	ENOTDIR      Errno = "ENOTDIR"
	ENOTEMPTY    Errno = "ENOTEMPTY"
	ENOTSOCK     Errno = "ENOTSOCK"
	ENOTSUP      Errno = "ENOTSUP"
	ENOTTY       Errno = "ENOTTY"
	ENXIO        Errno = "ENXIO"
	EOVERFLOW    Errno = "EOVERFLOW"
	EPERM        Errno = "EPERM"
	EPIPE        Errno = "EPIPE"
	EPROTO       Errno = "EPROTO"
	EPROTOTYPE   Errno = "EPROTOTYPE"
	ENOPROTOOPT  Errno = "ENOPROTOOPT"
	EISCONN      Errno = "EISCONN"
	EDESTADDRREQ Errno = "EDESTADDRREQ"
	EAFNOSUPPORT Errno = "EAFNOSUPPORT"
	EADDRINUSE   Errno = "EADDRINUSE"
	ERANGE       Errno = "ERANGE"
	EROFS        Errno = "EROFS"
	ESPIPE       Errno = "ESPIPE"
	ESRCH        Errno = "ESRCH"
	ESTALE       Errno = "ESTALE"
	ETIMEDOUT    Errno = "ETIMEDOUT"
	EXDEV        Errno = "EXDEV"
)

var errnoNames = map[syscall.Errno]Errno{
	syscall.E2BIG:        E2BIG,
	syscall.EACCES:       EACCES,
	syscall.EAGAIN:       EAGAIN,
	syscall.EBADF:        EBADF,
	syscall.EBUSY:        EBUSY,
	syscall.ECANCELED:    ECANCELED,
	syscall.ECONNABORTED: ECONNABORTED,
	syscall.ECONNREFUSED: ECONNREFUSED,
	syscall.ECONNRESET:   ECONNRESET,
	syscall.EDEADLK:      EDEADLK,
	syscall.EDQUOT:       EDQUOT,
	syscall.EEXIST:       EEXIST,
	syscall.EFAULT:       EFAULT,
	syscall.EFBIG:        EFBIG,
	syscall.EILSEQ:       EILSEQ,
	syscall.EINPROGRESS:  EINPROGRESS,
	syscall.EINTR:        EINTR,
	syscall.EINVAL:       EINVAL,
	syscall.EIO:          EIO,
	syscall.EISDIR:       EISDIR,
	syscall.ELOOP:        ELOOP,
	syscall.EMFILE:       EMFILE,
	syscall.EMLINK:       EMLINK,
	syscall.EMSGSIZE:     EMSGSIZE,
	syscall.ENAMETOOLONG: ENAMETOOLONG,
	syscall.ENFILE:       ENFILE,
	syscall.ENOBUFS:      ENOBUFS,
	syscall.ENODEV:       ENODEV,
	syscall.ENOENT:       ENOENT,
	syscall.ENOEXEC:      ENOEXEC,
	syscall.ENOLCK:       ENOLCK,
	syscall.ENOMEM:       ENOMEM,
	syscall.ENOSPC:       ENOSPC,
	syscall.ENOSYS:       ENOSYS,
	syscall.ENOTCONN:     ENOTCONN,
	syscall.ENOTDIR:      ENOTDIR,
	syscall.ENOTEMPTY:    ENOTEMPTY,
	syscall.ENOTSOCK:     ENOTSOCK,
	syscall.ENOTSUP:      ENOTSUP,
	syscall.ENOTTY:       ENOTTY,
	syscall.ENXIO:        ENXIO,
	syscall.EOVERFLOW:    EOVERFLOW,
	syscall.EPERM:        EPERM,
	syscall.EPIPE:        EPIPE,
	syscall.EPROTO:       EPROTO,
	syscall.EPROTOTYPE:   EPROTOTYPE,
	syscall.ENOPROTOOPT:  ENOPROTOOPT,
	syscall.EISCONN:      EISCONN,
	syscall.EDESTADDRREQ: EDESTADDRREQ,
	syscall.EAFNOSUPPORT: EAFNOSUPPORT,
	syscall.EADDRINUSE:   EADDRINUSE,
	syscall.ERANGE:       ERANGE,
	syscall.EROFS:        EROFS,
	syscall.ESPIPE:       ESPIPE,
	syscall.ESRCH:        ESRCH,
	syscall.ESTALE:       ESTALE,
	syscall.ETIMEDOUT:    ETIMEDOUT,
	syscall.EXDEV:        EXDEV,
}

// name spells a port's error number.
func name(e syscall.Errno) Errno {
	if e == 0 {
		return OK
	}
	if n, ok := errnoNames[e]; ok {
		return n
	}
	if n, ok := portNames[e]; ok {
		return n
	}
	return Errno("errno " + strconv.Itoa(int(e)))
}

// String makes success readable in messages.
func (e Errno) String() string {
	if e == OK {
		return "OK"
	}
	return string(e)
}
