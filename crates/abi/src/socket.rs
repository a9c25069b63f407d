//! Sockets: families, types, addresses, message flags, options. Numbers are Linux's (x86-64, asm-generic).

use core::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The family of a socket's addresses (`AF_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SockFamily {
    /// AF_UNIX.
    Unix,
    /// AF_INET.
    Inet,
    /// AF_INET6.
    Inet6,
}

impl SockFamily {
    /// The number.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            SockFamily::Unix => 1,
            SockFamily::Inet => 2,
            SockFamily::Inet6 => 10,
        }
    }

    /// The family of that number.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(SockFamily::Unix),
            2 => Some(SockFamily::Inet),
            10 => Some(SockFamily::Inet6),
            _ => None,
        }
    }
}

/// How a socket moves data (`SOCK_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SockType {
    /// SOCK_STREAM: a byte stream.
    Stream,
    /// SOCK_DGRAM: messages.
    Dgram,
    /// SOCK_SEQPACKET: messages over a connection.
    SeqPacket,
}

impl SockType {
    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            SockType::Stream => 1,
            SockType::Dgram => 2,
            SockType::SeqPacket => 5,
        }
    }

    /// The type of that number.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(SockType::Stream),
            2 => Some(SockType::Dgram),
            5 => Some(SockType::SeqPacket),
            _ => None,
        }
    }
}

/// A unix socket's name (unix(7), "Address format").
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnixName {
    /// None.
    Unnamed,
    /// A path, without the NUL that may end it.
    Path(Vec<u8>),
    /// A name of the abstract namespace, without its leading NUL.
    Abstract(Vec<u8>),
}

/// A socket's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SockAddr {
    /// AF_UNSPEC, which takes a datagram socket's peer away.
    Unspecified,
    /// AF_INET or AF_INET6, as the address is.
    Inet(SocketAddr),
    /// AF_UNIX.
    Unix(UnixName),
}

/// A network interface (getifaddrs(3)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its number, from 1.
    pub index: u32,
    /// Largest packet in bytes.
    pub mtu: u32,
    /// `IFF_*` of netdevice(7).
    pub flags: u32,
    /// At most 15 bytes.
    pub name: String,
    /// Hardware address; empty where there is none.
    pub hardware: Vec<u8>,
    /// Addresses, each with the length of its network's prefix in bits.
    pub addresses: Vec<(IpAddr, u32)>,
}

bitflags::bitflags! {
    /// Flags of send(2) and recv(2).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct MsgFlags: u32 {
        /// Out-of-band data, which no socket here has.
        const OOB = 0x1;
        /// Read without taking.
        const PEEK = 0x2;
        /// Told: there was no room for all control data.
        const CTRUNC = 0x8;
        /// Asked: tell the datagram's true length. Told: it was longer than the buffer.
        const TRUNC = 0x20;
        /// Do not wait.
        const DONTWAIT = 0x40;
        /// Told: a record ended.
        const EOR = 0x80;
        /// Wait until all that was asked for is there.
        const WAITALL = 0x100;
        /// No SIGPIPE.
        const NOSIGNAL = 0x4000;
        /// More will follow.
        const MORE = 0x8000;
        /// Received descriptors get FD_CLOEXEC.
        const CMSG_CLOEXEC = 0x4000_0000;
    }
}

/// Levels and names of socket options (socket(7), tcp(7), ip(7), ipv6(7)).
#[expect(missing_docs, reason = "the manual pages say what they are")]
pub mod sockopt {
    pub const SOL_IP: u32 = 0;
    pub const SOL_SOCKET: u32 = 1;
    pub const SOL_TCP: u32 = 6;
    pub const SOL_UDP: u32 = 17;
    pub const SOL_IPV6: u32 = 41;

    pub const SO_REUSEADDR: u32 = 2;
    pub const SO_TYPE: u32 = 3;
    pub const SO_ERROR: u32 = 4;
    pub const SO_BROADCAST: u32 = 6;
    pub const SO_SNDBUF: u32 = 7;
    pub const SO_RCVBUF: u32 = 8;
    pub const SO_KEEPALIVE: u32 = 9;
    pub const SO_LINGER: u32 = 13;
    pub const SO_REUSEPORT: u32 = 15;
    pub const SO_PASSCRED: u32 = 16;
    pub const SO_PEERCRED: u32 = 17;
    pub const SO_ACCEPTCONN: u32 = 30;
    pub const SO_PROTOCOL: u32 = 38;
    pub const SO_DOMAIN: u32 = 39;

    pub const TCP_NODELAY: u32 = 1;
    pub const TCP_MAXSEG: u32 = 2;
    pub const TCP_CORK: u32 = 3;
    pub const TCP_KEEPIDLE: u32 = 4;
    pub const TCP_KEEPINTVL: u32 = 5;
    pub const TCP_KEEPCNT: u32 = 6;
    pub const TCP_DEFER_ACCEPT: u32 = 9;
    pub const TCP_QUICKACK: u32 = 12;
    pub const TCP_USER_TIMEOUT: u32 = 18;
    pub const TCP_FASTOPEN: u32 = 23;

    pub const IP_TOS: u32 = 1;
    pub const IP_TTL: u32 = 2;
    pub const IP_MULTICAST_IF: u32 = 32;
    pub const IP_MULTICAST_TTL: u32 = 33;
    pub const IP_MULTICAST_LOOP: u32 = 34;
    pub const IP_ADD_MEMBERSHIP: u32 = 35;
    pub const IP_DROP_MEMBERSHIP: u32 = 36;

    pub const IPV6_UNICAST_HOPS: u32 = 16;
    pub const IPV6_MULTICAST_IF: u32 = 17;
    pub const IPV6_MULTICAST_HOPS: u32 = 18;
    pub const IPV6_MULTICAST_LOOP: u32 = 19;
    pub const IPV6_ADD_MEMBERSHIP: u32 = 20;
    pub const IPV6_DROP_MEMBERSHIP: u32 = 21;
    pub const IPV6_V6ONLY: u32 = 26;
    pub const IPV6_TCLASS: u32 = 67;

    /// The control message that passes descriptors, on level SOL_SOCKET.
    pub const SCM_RIGHTS: u32 = 1;
    /// The control message with the sender's ids, on level SOL_SOCKET.
    pub const SCM_CREDENTIALS: u32 = 2;
}

/// The unspecified address of a family with port 0; what an unbound internet socket tells.
#[must_use]
pub const fn unbound(v6: bool) -> SocketAddr {
    if v6 {
        SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0)
    } else {
        SocketAddr::new(IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED), 0)
    }
}
