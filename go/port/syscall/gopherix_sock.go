//go:build wasip1

package syscall

import "unsafe"

// Sockets, with Linux's numbers.

//go:wasmimport gopherix sock_open
//go:noescape
func gopherix_sock_open(family, kind, protocol int32, fd *int32) Errno

//go:wasmimport gopherix sock_pair
//go:noescape
func gopherix_sock_pair(family, kind, protocol int32, fds *[2]int32) Errno

//go:wasmimport gopherix sock_bind
//go:noescape
func gopherix_sock_bind(fd int32, addr *rawSockaddr, addrLen size) Errno

//go:wasmimport gopherix sock_connect
//go:noescape
func gopherix_sock_connect(fd int32, addr *rawSockaddr, addrLen size) Errno

//go:wasmimport gopherix sock_listen
func gopherix_sock_listen(fd, backlog int32) Errno

//go:wasmimport gopherix sock_accept
//go:noescape
func gopherix_sock_accept(fd int32, flags uint32, opened *int32, addr *rawSockaddr, addrLen *size) Errno

//go:wasmimport gopherix sock_name
//go:noescape
func gopherix_sock_name(fd int32, peer uint32, addr *rawSockaddr, addrLen *size) Errno

//go:wasmimport gopherix sock_getopt
//go:noescape
func gopherix_sock_getopt(fd, level, option int32, value unsafe.Pointer, valueLen *size) Errno

//go:wasmimport gopherix sock_setopt
//go:noescape
func gopherix_sock_setopt(fd, level, option int32, value unsafe.Pointer, valueLen size) Errno

//go:wasmimport gopherix sock_recv
//go:noescape
func gopherix_sock_recv(fd int32, buf *byte, bufLen size, control *byte, controlLen *size, flags uint32, outFlags *uint32, addr *rawSockaddr, addrLen *size, nread *size) Errno

//go:wasmimport gopherix sock_send
//go:noescape
func gopherix_sock_send(fd int32, buf *byte, bufLen size, control *byte, controlLen size, flags uint32, addr *rawSockaddr, addrLen size, nwritten *size) Errno

//go:wasmimport wasi_snapshot_preview1 sock_shutdown
//go:noescape
func sock_shutdown(fd int32, flags uint32) Errno

const (
	AF_UNSPEC = 0
	AF_UNIX   = 1
	AF_LOCAL  = AF_UNIX
	AF_INET   = 2
	AF_INET6  = 10

	SOCK_STREAM    = 1
	SOCK_DGRAM     = 2
	SOCK_RAW       = 3
	SOCK_SEQPACKET = 5

	IPPROTO_IP   = 0
	IPPROTO_ICMP = 1
	IPPROTO_IPV4 = 4
	IPPROTO_TCP  = 6
	IPPROTO_UDP  = 17
	IPPROTO_IPV6 = 41

	SOMAXCONN = 128

	SHUT_RD   = 0
	SHUT_WR   = 1
	SHUT_RDWR = 2

	SOL_SOCKET   = 1
	SO_REUSEADDR = 2
	SO_TYPE      = 3
	SO_ERROR     = 4
	SO_BROADCAST = 6
	SO_SNDBUF    = 7
	SO_RCVBUF    = 8
	SO_KEEPALIVE = 9
	SO_LINGER    = 13
	SO_REUSEPORT = 15
	SO_PROTOCOL  = 38
	SO_DOMAIN    = 39

	TCP_NODELAY   = 1
	TCP_MAXSEG    = 2
	TCP_KEEPIDLE  = 4
	TCP_KEEPINTVL = 5
	TCP_KEEPCNT   = 6

	IP_TTL             = 2
	IP_MULTICAST_IF    = 32
	IP_MULTICAST_TTL   = 33
	IP_MULTICAST_LOOP  = 34
	IP_ADD_MEMBERSHIP  = 35
	IP_DROP_MEMBERSHIP = 36

	IPV6_UNICAST_HOPS   = 16
	IPV6_MULTICAST_IF   = 17
	IPV6_MULTICAST_HOPS = 18
	IPV6_MULTICAST_LOOP = 19
	IPV6_JOIN_GROUP     = 20
	IPV6_LEAVE_GROUP    = 21
	IPV6_V6ONLY         = 26

	MSG_PEEK         = 0x2
	MSG_CTRUNC       = 0x8
	MSG_TRUNC        = 0x20
	MSG_DONTWAIT     = 0x40
	MSG_NOSIGNAL     = 0x4000
	MSG_CMSG_CLOEXEC = 0x40000000

	SCM_RIGHTS = 1

	F_DUPFD_CLOEXEC = 1030
	// SYS_FCNTL is a name that package net mentions; there are no calls by number.
	SYS_FCNTL = 500
)

// A Sockaddr is the address of a socket.
type Sockaddr interface {
	// encode writes it as the kernel reads it, and returns its length.
	encode(raw *rawSockaddr) (size, error)
}

type SockaddrInet4 struct {
	Port int
	Addr [4]byte
}

type SockaddrInet6 struct {
	Port   int
	ZoneId uint32
	Addr   [16]byte
}

type SockaddrUnix struct {
	Name string
}

type Linger struct {
	Onoff  int32
	Linger int32
}

type IPMreq struct {
	Multiaddr [4]byte
	Interface [4]byte
}

type IPv6Mreq struct {
	Multiaddr [16]byte
	Interface uint32
}

// A rawSockaddr is family (2 bytes), port (2, the high one first), scope (4), and an address of up to 16 bytes or a path.
type rawSockaddr [rawHeader + maxUnixPath]byte

const (
	rawHeader   = 8
	rawInet     = rawHeader + 16
	maxUnixPath = 108
)

func (raw *rawSockaddr) inet(family uint8, port int, scope uint32, addr []byte) (size, error) {
	if port < 0 || port > 0xffff {
		return 0, EINVAL
	}
	*raw = rawSockaddr{family, 0, byte(port >> 8), byte(port), byte(scope), byte(scope >> 8), byte(scope >> 16), byte(scope >> 24)}
	copy(raw[rawHeader:], addr)
	return rawInet, nil
}

func (sa *SockaddrInet4) encode(raw *rawSockaddr) (size, error) {
	return raw.inet(AF_INET, sa.Port, 0, sa.Addr[:])
}

func (sa *SockaddrInet6) encode(raw *rawSockaddr) (size, error) {
	return raw.inet(AF_INET6, sa.Port, sa.ZoneId, sa.Addr[:])
}

// encode takes a name that begins with "@" for an abstract one, which begins with a NUL.
func (sa *SockaddrUnix) encode(raw *rawSockaddr) (size, error) {
	n := len(sa.Name)
	abstract := n > 0 && (sa.Name[0] == '@' || sa.Name[0] == 0)
	if n > maxUnixPath || n == maxUnixPath && !abstract {
		return 0, EINVAL
	}
	*raw = rawSockaddr{AF_UNIX}
	copy(raw[rawHeader:], sa.Name)
	if abstract {
		raw[rawHeader] = 0
	}
	return rawHeader + size(n), nil
}

func (raw *rawSockaddr) family() int { return int(raw[0]) | int(raw[1])<<8 }
func (raw *rawSockaddr) port() int   { return int(raw[2])<<8 | int(raw[3]) }
func (raw *rawSockaddr) zone() uint32 {
	return uint32(raw[4]) | uint32(raw[5])<<8 | uint32(raw[6])<<16 | uint32(raw[7])<<24
}

func (raw *rawSockaddr) inet4(sa *SockaddrInet4) {
	sa.Port = raw.port()
	copy(sa.Addr[:], raw[rawHeader:])
}

func (raw *rawSockaddr) inet6(sa *SockaddrInet6) {
	sa.Port, sa.ZoneId = raw.port(), raw.zone()
	copy(sa.Addr[:], raw[rawHeader:])
}

// decode is the address that the kernel wrote with n bytes; nil for none.
func (raw *rawSockaddr) decode(n size) Sockaddr {
	if n < rawHeader {
		return nil
	}
	switch raw.family() {
	case AF_INET:
		sa := new(SockaddrInet4)
		raw.inet4(sa)
		return sa
	case AF_INET6:
		sa := new(SockaddrInet6)
		raw.inet6(sa)
		return sa
	case AF_UNIX:
		name := raw[rawHeader:min(int(n), len(raw))]
		if len(name) > 0 && name[0] == 0 {
			return &SockaddrUnix{Name: "@" + string(name[1:])}
		}
		for i, c := range name {
			if c == 0 {
				name = name[:i]
				break
			}
		}
		return &SockaddrUnix{Name: string(name)}
	}
	return nil
}

func Socket(family, kind, protocol int) (fd int, err error) {
	var opened int32
	if errno := gopherix_sock_open(int32(family), int32(kind), int32(protocol), &opened); errno != 0 {
		return -1, errno
	}
	return int(opened), nil
}

func Socketpair(family, kind, protocol int) (fds [2]int, err error) {
	var opened [2]int32
	if errno := gopherix_sock_pair(int32(family), int32(kind), int32(protocol), &opened); errno != 0 {
		return fds, errno
	}
	return [2]int{int(opened[0]), int(opened[1])}, nil
}

func Bind(fd int, sa Sockaddr) error {
	var raw rawSockaddr
	n, err := sa.encode(&raw)
	if err != nil {
		return err
	}
	return errnoErr(gopherix_sock_bind(int32(fd), &raw, n))
}

func Connect(fd int, sa Sockaddr) error {
	var raw rawSockaddr
	n, err := sa.encode(&raw)
	if err != nil {
		return err
	}
	return errnoErr(gopherix_sock_connect(int32(fd), &raw, n))
}

func Listen(fd, backlog int) error {
	return errnoErr(gopherix_sock_listen(int32(fd), int32(backlog)))
}

func Accept(fd int) (int, Sockaddr, error) {
	var (
		raw    rawSockaddr
		opened int32
		n      = size(len(raw))
	)
	if errno := gopherix_sock_accept(int32(fd), 0, &opened, &raw, &n); errno != 0 {
		return -1, nil, errno
	}
	return int(opened), raw.decode(n), nil
}

func sockName(fd int, peer uint32) (Sockaddr, error) {
	var raw rawSockaddr
	n := size(len(raw))
	if errno := gopherix_sock_name(int32(fd), peer, &raw, &n); errno != 0 {
		return nil, errno
	}
	return raw.decode(n), nil
}

func Getsockname(fd int) (Sockaddr, error) { return sockName(fd, 0) }
func Getpeername(fd int) (Sockaddr, error) { return sockName(fd, 1) }

// Shutdown ends one direction, or both. WASI counts from 1 (read) and 2 (write).
func Shutdown(fd int, how int) error {
	if how < SHUT_RD || how > SHUT_RDWR {
		return EINVAL
	}
	return errnoErr(sock_shutdown(int32(fd), uint32(how+1)))
}

// received is what one call of sock_recv says.
type received struct {
	raw   rawSockaddr
	n     size
	addr  size
	oob   size
	flags uint32
}

func (r *received) recv(fd int, p, oob []byte, flags int) Errno {
	r.addr, r.oob = size(len(r.raw)), size(len(oob))
	return gopherix_sock_recv(int32(fd), unsafe.SliceData(p), size(len(p)), unsafe.SliceData(oob), &r.oob, uint32(flags), &r.flags, &r.raw, &r.addr, &r.n)
}

// send sends to the address raw, if n is not 0.
func send(fd int, p, oob []byte, flags int, raw *rawSockaddr, n size) (int, error) {
	var written size
	errno := gopherix_sock_send(int32(fd), unsafe.SliceData(p), size(len(p)), unsafe.SliceData(oob), size(len(oob)), uint32(flags), raw, n, &written)
	if errno != 0 {
		return 0, errno
	}
	return int(written), nil
}

func Recvfrom(fd int, p []byte, flags int) (n int, from Sockaddr, err error) {
	var r received
	if errno := r.recv(fd, p, nil, flags); errno != 0 {
		return -1, nil, errno
	}
	return int(r.n), r.raw.decode(r.addr), nil
}

func Recvmsg(fd int, p, oob []byte, flags int) (n, oobn int, recvflags int, from Sockaddr, err error) {
	var r received
	if errno := r.recv(fd, p, oob, flags); errno != 0 {
		return -1, 0, 0, nil, errno
	}
	return int(r.n), int(r.oob), int(r.flags), r.raw.decode(r.addr), nil
}

func Sendto(fd int, p []byte, flags int, to Sockaddr) error {
	_, err := SendmsgN(fd, p, nil, to, flags)
	return err
}

func Sendmsg(fd int, p, oob []byte, to Sockaddr, flags int) error {
	_, err := SendmsgN(fd, p, oob, to, flags)
	return err
}

func SendmsgN(fd int, p, oob []byte, to Sockaddr, flags int) (n int, err error) {
	var raw rawSockaddr
	var addr size
	if to != nil {
		if addr, err = to.encode(&raw); err != nil {
			return 0, err
		}
	}
	return send(fd, p, oob, flags, &raw, addr)
}

// What follows is for internal/syscall/unix: the same without an allocation for the address.

//go:linkname recvfromInet4
func recvfromInet4(fd int, p []byte, flags int, from *SockaddrInet4) (int, error) {
	n, _, _, err := recvmsgInet4(fd, p, nil, flags, from)
	return n, err
}

//go:linkname recvfromInet6
func recvfromInet6(fd int, p []byte, flags int, from *SockaddrInet6) (n int, err error) {
	n, _, _, err = recvmsgInet6(fd, p, nil, flags, from)
	return n, err
}

//go:linkname recvmsgInet4
func recvmsgInet4(fd int, p, oob []byte, flags int, from *SockaddrInet4) (n, oobn int, recvflags int, err error) {
	var r received
	if errno := r.recv(fd, p, oob, flags); errno != 0 {
		return -1, 0, 0, errno
	}
	r.raw.inet4(from)
	return int(r.n), int(r.oob), int(r.flags), nil
}

//go:linkname recvmsgInet6
func recvmsgInet6(fd int, p, oob []byte, flags int, from *SockaddrInet6) (n, oobn int, recvflags int, err error) {
	var r received
	if errno := r.recv(fd, p, oob, flags); errno != 0 {
		return -1, 0, 0, errno
	}
	r.raw.inet6(from)
	return int(r.n), int(r.oob), int(r.flags), nil
}

//go:linkname sendtoInet4
func sendtoInet4(fd int, p []byte, flags int, to *SockaddrInet4) error {
	_, err := sendmsgNInet4(fd, p, nil, to, flags)
	return err
}

//go:linkname sendtoInet6
func sendtoInet6(fd int, p []byte, flags int, to *SockaddrInet6) error {
	_, err := sendmsgNInet6(fd, p, nil, to, flags)
	return err
}

//go:linkname sendmsgNInet4
func sendmsgNInet4(fd int, p, oob []byte, to *SockaddrInet4, flags int) (int, error) {
	var raw rawSockaddr
	n, err := to.encode(&raw)
	if err != nil {
		return 0, err
	}
	return send(fd, p, oob, flags, &raw, n)
}

//go:linkname sendmsgNInet6
func sendmsgNInet6(fd int, p, oob []byte, to *SockaddrInet6, flags int) (int, error) {
	var raw rawSockaddr
	n, err := to.encode(&raw)
	if err != nil {
		return 0, err
	}
	return send(fd, p, oob, flags, &raw, n)
}

func getsockopt(fd, level, option int, value unsafe.Pointer, n uintptr) error {
	room := size(n)
	return errnoErr(gopherix_sock_getopt(int32(fd), int32(level), int32(option), value, &room))
}

func setsockopt(fd, level, option int, value unsafe.Pointer, n uintptr) error {
	return errnoErr(gopherix_sock_setopt(int32(fd), int32(level), int32(option), value, size(n)))
}

func GetsockoptInt(fd, level, opt int) (value int, err error) {
	var v int32
	err = getsockopt(fd, level, opt, unsafe.Pointer(&v), unsafe.Sizeof(v))
	return int(v), err
}

func SetsockoptInt(fd, level, opt int, value int) error {
	v := int32(value)
	return setsockopt(fd, level, opt, unsafe.Pointer(&v), unsafe.Sizeof(v))
}

func SetsockoptByte(fd, level, opt int, value byte) error {
	return setsockopt(fd, level, opt, unsafe.Pointer(&value), unsafe.Sizeof(value))
}

func SetsockoptInet4Addr(fd, level, opt int, value [4]byte) error {
	return setsockopt(fd, level, opt, unsafe.Pointer(&value), unsafe.Sizeof(value))
}

func SetsockoptLinger(fd, level, opt int, l *Linger) error {
	return setsockopt(fd, level, opt, unsafe.Pointer(l), unsafe.Sizeof(*l))
}

func SetsockoptIPMreq(fd, level, opt int, mreq *IPMreq) error {
	return setsockopt(fd, level, opt, unsafe.Pointer(mreq), unsafe.Sizeof(*mreq))
}

func SetsockoptIPv6Mreq(fd, level, opt int, mreq *IPv6Mreq) error {
	return setsockopt(fd, level, opt, unsafe.Pointer(mreq), unsafe.Sizeof(*mreq))
}

// Control messages are laid out as on a 32-bit system, and read and written by the file that unix systems share.

const (
	sizeofPtr     = 4
	SizeofCmsghdr = 12
)

type Cmsghdr struct {
	Len   uint32
	Level int32
	Type  int32
}

func (h *Cmsghdr) SetLen(length int) {
	h.Len = uint32(length)
}
