//go:build wasip1

package net

import (
	"context"
	"errors"
	"internal/stringslite"
	"syscall"
	"unsafe"
)

// Names are looked up as systems with a C library do it by default: in the hosts file of this system, then by the machine below.
// That is where package net asks the C library, so these functions have the names of those that do. GODEBUG=netdns=go and
// Resolver.PreferGo still ask name servers directly.

//go:wasmimport gopherix sock_resolve
//go:noescape
func gopherix_sock_resolve(name *byte, nameLen uint32, family int32, buf *byte, bufLen uint32, used *uint32) syscall.Errno

const cgoAvailable = true

func goosPrefersCgo() bool {
	return true
}

// gopherixAddr is the size of an address in the answer: family, port, scope, 16 bytes.
const gopherixAddr = 24

func cgoLookupIP(ctx context.Context, network, name string) ([]IPAddr, error) {
	if err := ctx.Err(); err != nil {
		return nil, newDNSError(mapErr(err), name, "")
	}
	family := int32(syscall.AF_UNSPEC)
	switch ipVersion(network) {
	case '4':
		family = syscall.AF_INET
	case '6':
		family = syscall.AF_INET6
	}
	addrs, _ := goLookupIPFiles(name)
	if len(addrs) == 0 && isLocalhost(stringslite.TrimSuffix(name, ".")) {
		// This machine (RFC 6761), also where there is no hosts file.
		addrs = []IPAddr{{IP: IPv4(127, 0, 0, 1)}, {IP: IPv6loopback}}
	}
	if len(addrs) == 0 {
		var err error
		if addrs, err = gopherixResolve(name, family); err != nil {
			return nil, err
		}
	}
	var wanted []IPAddr
	for _, addr := range addrs {
		is4 := addr.IP.To4() != nil
		if family == syscall.AF_UNSPEC || is4 == (family == syscall.AF_INET) {
			wanted = append(wanted, addr)
		}
	}
	if len(wanted) == 0 {
		return nil, newDNSError(errNoSuchHost, name, "")
	}
	return wanted, nil
}

func gopherixResolve(name string, family int32) ([]IPAddr, error) {
	buf := make([]byte, 16*gopherixAddr)
	for {
		var used uint32
		errno := gopherix_sock_resolve(unsafe.StringData(name), uint32(len(name)), family, &buf[0], uint32(len(buf)), &used)
		switch {
		case errno == 0:
			return gopherixAddrs(buf[:used]), nil
		case errno == syscall.EOVERFLOW && int(used) > len(buf):
			buf = make([]byte, used)
		case errno == syscall.ENOENT:
			return nil, newDNSError(errNoSuchHost, name, "")
		default:
			err := &DNSError{Err: errno.Error(), Name: name, IsTemporary: errno == syscall.EAGAIN}
			if errno == syscall.EAGAIN {
				err.Err = "temporary failure in name resolution"
			}
			return nil, err
		}
	}
}

func gopherixAddrs(buf []byte) []IPAddr {
	var addrs []IPAddr
	for ; len(buf) >= gopherixAddr; buf = buf[gopherixAddr:] {
		switch family := int(buf[0]) | int(buf[1])<<8; family {
		case syscall.AF_INET:
			addrs = append(addrs, IPAddr{IP: IPv4(buf[8], buf[9], buf[10], buf[11])})
		case syscall.AF_INET6:
			scope := int(buf[4]) | int(buf[5])<<8 | int(buf[6])<<16 | int(buf[7])<<24
			addrs = append(addrs, IPAddr{IP: append(IP(nil), buf[8:24]...), Zone: zoneCache.name(scope)})
		}
	}
	return addrs
}

func cgoLookupHost(ctx context.Context, name string) ([]string, error) {
	addrs, err := cgoLookupIP(ctx, "ip", name)
	if err != nil {
		return nil, err
	}
	hosts := make([]string, 0, len(addrs))
	for _, addr := range addrs {
		hosts = append(hosts, addr.String())
	}
	return hosts, nil
}

func cgoLookupPort(ctx context.Context, network, service string) (int, error) {
	return goLookupPort(network, service)
}

// cgoLookupPTR knows what the hosts file says; the machine below is not asked for names of addresses.
func cgoLookupPTR(ctx context.Context, addr string) ([]string, error) {
	if names := lookupStaticAddr(addr); len(names) > 0 {
		return names, nil
	}
	return nil, newDNSError(errNoSuchHost, addr, "")
}

// errGopherixCNAME has package net ask name servers for canonical names.
var errGopherixCNAME = errors.New("the machine below is not asked for canonical names")
