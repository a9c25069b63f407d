package sys

import (
	"net"
	"syscall"
	"unsafe"
)

func (a Addr) sockaddr() syscall.Sockaddr {
	switch a.Family {
	case Inet:
		sa := &syscall.SockaddrInet4{Port: a.Port}
		copy(sa.Addr[:], a.IP)
		return sa
	case Inet6:
		sa := &syscall.SockaddrInet6{Port: a.Port}
		copy(sa.Addr[:], a.IP)
		return sa
	}
	if a.Name != "" && a.Name[0] == 0 {
		return &syscall.SockaddrUnix{Name: "@" + a.Name[1:]}
	}
	return &syscall.SockaddrUnix{Name: a.Name}
}

func addrOf(sa syscall.Sockaddr) Addr {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return Addr{Family: Inet, Port: sa.Port, IP: string(sa.Addr[:])}
	case *syscall.SockaddrInet6:
		return Addr{Family: Inet6, Port: sa.Port, IP: string(sa.Addr[:])}
	case *syscall.SockaddrUnix:
		if sa.Name != "" && sa.Name[0] == '@' {
			return Addr{Family: Unix, Name: "\x00" + sa.Name[1:]}
		}
		return Addr{Family: Unix, Name: sa.Name}
	}
	return Addr{}
}

func sockErrno(err error) Errno {
	if err == nil {
		return OK
	}
	return name(err.(syscall.Errno))
}

func opened(fd int, err error) (int, Errno) {
	if err != nil {
		return -1, sockErrno(err)
	}
	return fd, OK
}

// Socket is socket(2); kind may have NONBLOCK.
func Socket(family, kind, protocol int) (int, Errno) {
	if kind&NONBLOCK != 0 {
		kind = kind&^NONBLOCK | syscall.SOCK_NONBLOCK
	}
	return opened(syscall.Socket(family, kind|syscall.SOCK_CLOEXEC, protocol))
}

// Socketpair is socketpair(2).
func Socketpair(family, kind int) (a, b int, e Errno) {
	fds, err := syscall.Socketpair(family, kind|syscall.SOCK_CLOEXEC, 0)
	return fds[0], fds[1], sockErrno(err)
}

// Bind is bind(2).
func Bind(fd int, a Addr) Errno { return sockErrno(syscall.Bind(fd, a.sockaddr())) }

// Connect is connect(2).
func Connect(fd int, a Addr) Errno { return sockErrno(syscall.Connect(fd, a.sockaddr())) }

// Listen is listen(2).
func Listen(fd, backlog int) Errno { return sockErrno(syscall.Listen(fd, backlog)) }

// AcceptFrom is accept4(2) with the peer's address.
func AcceptFrom(fd int) (int, Addr, Errno) {
	c, sa, err := syscall.Accept4(fd, syscall.SOCK_CLOEXEC)
	c, e := opened(c, err)
	return c, addrOf(sa), e
}

// Getsockname is getsockname(2).
func Getsockname(fd int) (Addr, Errno) {
	sa, err := syscall.Getsockname(fd)
	return addrOf(sa), sockErrno(err)
}

// Getpeername is getpeername(2).
func Getpeername(fd int) (Addr, Errno) {
	sa, err := syscall.Getpeername(fd)
	return addrOf(sa), sockErrno(err)
}

// Getsockopt is getsockopt(2) of a number; SoError is an Errno's name in err.
func Getsockopt(fd, level, option int) (int, Errno) {
	v, err := syscall.GetsockoptInt(fd, level, option)
	return v, sockErrno(err)
}

// SocketError is what SO_ERROR tells.
func SocketError(fd int) (Errno, Errno) {
	v, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
	return name(syscall.Errno(v)), sockErrno(err)
}

// Setsockopt is setsockopt(2) of a number.
func Setsockopt(fd, level, option, value int) Errno {
	return sockErrno(syscall.SetsockoptInt(fd, level, option, value))
}

// SetLinger is setsockopt(2) of SO_LINGER.
func SetLinger(fd, seconds int) Errno {
	return sockErrno(syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1, Linger: int32(seconds)}))
}

// Sendmsg is sendmsg(2) with SCM_RIGHTS, without SIGPIPE; to may be nil.
func Sendmsg(fd int, p []byte, to *Addr, fds ...int) (int, Errno) {
	var sa syscall.Sockaddr
	if to != nil {
		sa = to.sockaddr()
	}
	var oob []byte
	if len(fds) > 0 {
		oob = syscall.UnixRights(fds...)
	}
	n, err := syscall.SendmsgN(fd, p, oob, sa, syscall.MSG_NOSIGNAL)
	return counted(n, sockErrno(err))
}

func counted(n int, e Errno) (int, Errno) {
	if e != OK {
		return 0, e
	}
	return n, OK
}

// Recvmsg is recvmsg(2) with room for that many descriptors.
func Recvmsg(fd int, p []byte, room int) (n, flags int, fds []int, from Addr, e Errno) {
	// Just as much as they take, where CMSG_SPACE rounds up.
	oob := make([]byte, syscall.CmsgLen(4*room))
	if room == 0 {
		oob = nil
	}
	n, oobn, flags, sa, err := syscall.Recvmsg(fd, p, oob, syscall.MSG_CMSG_CLOEXEC)
	if err != nil {
		return 0, 0, nil, Addr{}, sockErrno(err)
	}
	for i := syscall.CmsgLen(0); i+4 <= oobn; i += 4 {
		fds = append(fds, int(*(*int32)(unsafe.Pointer(&oob[i]))))
	}
	return n, flags &^ syscall.MSG_CMSG_CLOEXEC, fds, addrOf(sa), OK
}

// Getaddrinfo is getaddrinfo(3): addresses as text.
func Getaddrinfo(host string) ([]string, Errno) {
	all, err := net.LookupHost(host)
	if err != nil {
		return nil, ENOENT
	}
	return all, OK
}

// Getifaddrs is getifaddrs(3): the names.
func Getifaddrs() ([]string, Errno) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, EIO
	}
	var names []string
	for _, one := range all {
		names = append(names, one.Name)
	}
	return names, OK
}
