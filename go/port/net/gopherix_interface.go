//go:build wasip1

package net

import (
	"internal/byteorder"
	"os"
	"syscall"
)

//go:wasmimport gopherix sock_interfaces
//go:noescape
func gopherix_sock_interfaces(buf *byte, bufLen uint32, used *uint32) syscall.Errno

// A record is: its size, index, MTU and flags (4 bytes each), 16 bytes of name, the number of addresses (4), a hardware address (6),
// and from byte 44 on the addresses, each a socket address of 24 bytes and a prefix length of 4.
const (
	gopherixName      = 16
	gopherixNameEnd   = 32
	gopherixHardware  = 36
	gopherixAddresses = 44
	gopherixPrefixed  = gopherixAddr + 4
)

// gopherixInterfaces calls f with each interface, and the addresses of its record.
func gopherixInterfaces(f func(ifi Interface, addrs []byte)) error {
	buf := make([]byte, 2048)
	for {
		var used uint32
		errno := gopherix_sock_interfaces(&buf[0], uint32(len(buf)), &used)
		if errno == syscall.EOVERFLOW && int(used) > len(buf) {
			buf = make([]byte, used)
			continue
		}
		if errno != 0 {
			return os.NewSyscallError("sock_interfaces", errno)
		}
		buf = buf[:used]
		break
	}
	for len(buf) >= gopherixAddresses {
		n := int(byteorder.LEUint32(buf))
		if n < gopherixAddresses || n > len(buf) {
			return os.NewSyscallError("sock_interfaces", syscall.EBADMSG)
		}
		f(gopherixOne(buf[:gopherixAddresses]), buf[gopherixAddresses:n])
		buf = buf[n:]
	}
	return nil
}

func gopherixOne(head []byte) Interface {
	name := head[gopherixName:gopherixNameEnd]
	for i, c := range name {
		if c == 0 {
			name = name[:i]
			break
		}
	}
	ifi := Interface{
		Index: int(byteorder.LEUint32(head[4:])),
		MTU:   int(byteorder.LEUint32(head[8:])),
		Name:  string(name),
		Flags: gopherixFlags(byteorder.LEUint32(head[12:])),
	}
	if hw := head[gopherixHardware : gopherixHardware+6]; [6]byte(hw) != [6]byte{} {
		ifi.HardwareAddr = append(HardwareAddr(nil), hw...)
	}
	return ifi
}

func gopherixFlags(raw uint32) (flags Flags) {
	for _, f := range [...]struct {
		raw  uint32
		flag Flags
	}{
		{0x1, FlagUp},
		{0x2, FlagBroadcast},
		{0x8, FlagLoopback},
		{0x10, FlagPointToPoint},
		{0x40, FlagRunning},
		{0x1000, FlagMulticast},
	} {
		if raw&f.raw != 0 {
			flags |= f.flag
		}
	}
	return flags
}

func interfaceTable(ifindex int) (table []Interface, err error) {
	err = gopherixInterfaces(func(ifi Interface, _ []byte) {
		if ifindex == 0 || ifindex == ifi.Index {
			table = append(table, ifi)
		}
	})
	return table, err
}

func interfaceAddrTable(ifi *Interface) (addrs []Addr, err error) {
	err = gopherixInterfaces(func(of Interface, buf []byte) {
		if ifi != nil && ifi.Index != of.Index {
			return
		}
		for ; len(buf) >= gopherixPrefixed; buf = buf[gopherixPrefixed:] {
			prefix := int(byteorder.LEUint32(buf[gopherixAddr:]))
			for _, addr := range gopherixAddrs(buf[:gopherixAddr]) {
				bits := 8 * len(addr.IP)
				if addr.IP.To4() != nil {
					bits = 8 * IPv4len
				}
				addrs = append(addrs, &IPNet{IP: addr.IP, Mask: CIDRMask(prefix, bits)})
			}
		}
	})
	return addrs, err
}

// interfaceMulticastAddrTable: the groups are not told.
func interfaceMulticastAddrTable(*Interface) ([]Addr, error) {
	return nil, nil
}
