package sys

// Families, types and options of sockets, with Linux's numbers.
const (
	Unix  = 1
	Inet  = 2
	Inet6 = 10

	Stream    = 1
	Dgram     = 2
	SeqPacket = 5

	SolSocket    = 1
	SoReuseAddr  = 2
	SoType       = 3
	SoError      = 4
	SoSndbuf     = 7
	SoLinger     = 13
	SoAcceptConn = 30
	SolTCP       = 6
	TCPNoDelay   = 1

	// MsgTrunc and MsgCtrunc are told by Recvmsg.
	MsgCtrunc = 0x8
	MsgTrunc  = 0x20
)

// Addr is the address of a socket.
type Addr struct {
	Family int
	// Port and IP (4 or 16 bytes) are an internet address.
	Port int
	IP   string
	// Name is a unix socket's: a path, or one of the abstract namespace, which begins with a NUL.
	Name string
}

// Loopback is a port of 127.0.0.1.
func Loopback(port int) Addr { return Addr{Family: Inet, Port: port, IP: "\x7f\x00\x00\x01"} }
