package sys

import (
	"net/netip"
	"unsafe"
)

// Sockets are functions of the module gopherix; crates/abi/src/gopherix.rs has the wire.

//go:wasmimport gopherix sock_open
//go:noescape
func sock_open(family, kind, protocol uint32, fd *int32) uint32

//go:wasmimport gopherix sock_pair
//go:noescape
func sock_pair(family, kind, protocol uint32, fds unsafe.Pointer) uint32

//go:wasmimport gopherix sock_bind
//go:noescape
func sock_bind(fd int32, addr unsafe.Pointer, n uint32) uint32

//go:wasmimport gopherix sock_connect
//go:noescape
func sock_connect(fd int32, addr unsafe.Pointer, n uint32) uint32

//go:wasmimport gopherix sock_listen
func sock_listen(fd int32, backlog uint32) uint32

//go:wasmimport gopherix sock_accept
//go:noescape
func sock_accept_from(fd int32, flags uint32, opened *int32, addr unsafe.Pointer, n *uint32) uint32

//go:wasmimport gopherix sock_name
//go:noescape
func sock_name(fd int32, peer uint32, addr unsafe.Pointer, n *uint32) uint32

//go:wasmimport gopherix sock_getopt
//go:noescape
func sock_getopt(fd int32, level, option uint32, value unsafe.Pointer, n *uint32) uint32

//go:wasmimport gopherix sock_setopt
//go:noescape
func sock_setopt(fd int32, level, option uint32, value unsafe.Pointer, n uint32) uint32

//go:wasmimport gopherix sock_recv
//go:noescape
func sock_recvmsg(fd int32, p unsafe.Pointer, n uint32, control unsafe.Pointer, controlLen *uint32, flags uint32, outFlags *uint32, addr unsafe.Pointer, addrLen *uint32, nread *uint32) uint32

//go:wasmimport gopherix sock_send
//go:noescape
func sock_sendmsg(fd int32, p unsafe.Pointer, n uint32, control unsafe.Pointer, controlLen uint32, flags uint32, addr unsafe.Pointer, addrLen uint32, nwritten *uint32) uint32

//go:wasmimport gopherix sock_resolve
//go:noescape
func sock_resolve(name unsafe.Pointer, n uint32, family uint32, buf unsafe.Pointer, bufLen uint32, used *uint32) uint32

//go:wasmimport gopherix sock_interfaces
//go:noescape
func sock_interfaces(buf unsafe.Pointer, bufLen uint32, used *uint32) uint32

const addrMax = 8 + 108

func data(p []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(p)) }

func (a Addr) encode() []byte {
	raw := []byte{byte(a.Family), 0, byte(a.Port >> 8), byte(a.Port), 0, 0, 0, 0}
	if a.Family == Unix {
		return append(raw, a.Name...)
	}
	raw = append(raw, a.IP...)
	return append(raw, make([]byte, 24-len(raw))...)
}

func decode(raw []byte) Addr {
	if len(raw) < 8 {
		return Addr{}
	}
	a := Addr{Family: int(raw[0]), Port: int(raw[2])<<8 | int(raw[3])}
	switch a.Family {
	case Inet:
		a.IP = string(raw[8:12])
	case Inet6:
		a.IP = string(raw[8:24])
	default:
		a.Name = string(raw[8:])
	}
	return a
}

// Socket is socket(2); kind may have NONBLOCK.
func Socket(family, kind, protocol int) (int, Errno) {
	if kind&NONBLOCK != 0 {
		kind = kind&^NONBLOCK | 0o4000
	}
	fd := int32(-1)
	e := sock_open(uint32(family), uint32(kind), uint32(protocol), &fd)
	return int(fd), wasi(e)
}

// Socketpair is socketpair(2).
func Socketpair(family, kind int) (a, b int, e Errno) {
	fds := make([]byte, 8)
	e = wasi(sock_pair(uint32(family), uint32(kind), 0, data(fds)))
	return int(le.Uint32(fds)), int(le.Uint32(fds[4:])), e
}

// Bind is bind(2).
func Bind(fd int, a Addr) Errno {
	raw := a.encode()
	return wasi(sock_bind(int32(fd), data(raw), uint32(len(raw))))
}

// Connect is connect(2).
func Connect(fd int, a Addr) Errno {
	raw := a.encode()
	return wasi(sock_connect(int32(fd), data(raw), uint32(len(raw))))
}

// Listen is listen(2).
func Listen(fd, backlog int) Errno { return wasi(sock_listen(int32(fd), uint32(backlog))) }

// AcceptFrom is accept4(2) with the peer's address.
func AcceptFrom(fd int) (int, Addr, Errno) {
	raw, n, c := make([]byte, addrMax), uint32(addrMax), int32(-1)
	if e := sock_accept_from(int32(fd), 0, &c, data(raw), &n); e != 0 {
		return -1, Addr{}, wasi(e)
	}
	return int(c), decode(raw[:n]), OK
}

func sockName(fd int, peer uint32) (Addr, Errno) {
	raw, n := make([]byte, addrMax), uint32(addrMax)
	if e := sock_name(int32(fd), peer, data(raw), &n); e != 0 {
		return Addr{}, wasi(e)
	}
	return decode(raw[:n]), OK
}

// Getsockname is getsockname(2).
func Getsockname(fd int) (Addr, Errno) { return sockName(fd, 0) }

// Getpeername is getpeername(2).
func Getpeername(fd int) (Addr, Errno) { return sockName(fd, 1) }

// Getsockopt is getsockopt(2) of a number.
func Getsockopt(fd, level, option int) (int, Errno) {
	raw, n := make([]byte, 4), uint32(4)
	e := sock_getopt(int32(fd), uint32(level), uint32(option), data(raw), &n)
	return int(int32(le.Uint32(raw))), wasi(e)
}

// SocketError is what SO_ERROR tells.
func SocketError(fd int) (Errno, Errno) {
	v, e := Getsockopt(fd, SolSocket, SoError)
	return wasi(uint32(v)), e
}

// Setsockopt is setsockopt(2) of a number.
func Setsockopt(fd, level, option, value int) Errno {
	raw := le.AppendUint32(nil, uint32(value))
	return wasi(sock_setopt(int32(fd), uint32(level), uint32(option), data(raw), 4))
}

// SetLinger is setsockopt(2) of SO_LINGER.
func SetLinger(fd, seconds int) Errno {
	raw := le.AppendUint32([]byte{1, 0, 0, 0}, uint32(seconds))
	return wasi(sock_setopt(int32(fd), SolSocket, SoLinger, data(raw), 8))
}

// Sendmsg is sendmsg(2) with SCM_RIGHTS, without SIGPIPE; to may be nil.
func Sendmsg(fd int, p []byte, to *Addr, fds ...int) (int, Errno) {
	var raw, control []byte
	if to != nil {
		raw = to.encode()
	}
	if len(fds) > 0 {
		for _, word := range append([]int{12 + 4*len(fds), 1, 1}, fds...) {
			control = le.AppendUint32(control, uint32(word))
		}
	}
	var n uint32
	e := sock_sendmsg(int32(fd), data(p), uint32(len(p)), data(control), uint32(len(control)), 0x4000, data(raw), uint32(len(raw)), &n)
	return count(n, e)
}

// Recvmsg is recvmsg(2) with room for that many descriptors.
func Recvmsg(fd int, p []byte, room int) (n, flags int, fds []int, from Addr, e Errno) {
	var control []byte
	if room > 0 {
		control = make([]byte, 12+4*room)
	}
	raw := make([]byte, addrMax)
	controlLen, rawLen := uint32(len(control)), uint32(addrMax)
	var outFlags, nread uint32
	errno := sock_recvmsg(int32(fd), data(p), uint32(len(p)), data(control), &controlLen, 0x40000000, &outFlags, data(raw), &rawLen, &nread)
	if errno != 0 {
		return 0, 0, nil, Addr{}, wasi(errno)
	}
	for i := 12; i+4 <= int(controlLen); i += 4 {
		fds = append(fds, int(le.Uint32(control[i:])))
	}
	return int(nread), int(outFlags), fds, decode(raw[:rawLen]), OK
}

// Getaddrinfo is getaddrinfo(3): addresses as text.
func Getaddrinfo(host string) ([]string, Errno) {
	buf, used, asked := make([]byte, 24*64), uint32(0), []byte(host)
	if e := sock_resolve(data(asked), uint32(len(asked)), 0, data(buf), uint32(len(buf)), &used); e != 0 {
		return nil, wasi(e)
	}
	var all []string
	for i := 0; i < int(used); i += 24 {
		ip, _ := netip.AddrFromSlice([]byte(decode(buf[i : i+24]).IP))
		all = append(all, ip.String())
	}
	return all, OK
}

// Getifaddrs is getifaddrs(3): the names.
func Getifaddrs() ([]string, Errno) {
	buf, used := make([]byte, 65536), uint32(0)
	if e := sock_interfaces(data(buf), uint32(len(buf)), &used); e != 0 {
		return nil, wasi(e)
	}
	var names []string
	for rest := buf[:used]; len(rest) >= 44; rest = rest[le.Uint32(rest):] {
		name := rest[16:32]
		for i, c := range name {
			if c == 0 {
				name = name[:i]
				break
			}
		}
		names = append(names, string(name))
	}
	return names, OK
}
