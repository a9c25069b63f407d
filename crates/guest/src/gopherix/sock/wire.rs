//! Wire forms of sockets: addresses, options, control data, interfaces.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use gopherix_abi::gopherix::{cmsg, interfaces, sockaddr};
use gopherix_abi::sockopt::*;
use gopherix_abi::{Errno, Fd, Interface, SockAddr, UnixName};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::{EFAULT, GuestMemory};
use gopherix_kernel::net::MAX_FDS;
use gopherix_kernel::syscall::OptionValue;

use crate::wire::{check_out, put_u32, slice};

/// Most bytes of control data in one message: more than the most descriptors need.
const CONTROL_MAX: usize = 4096;

/// Copies bytes in, of which there may be at most `max` (EINVAL).
pub(super) fn bytes(mem: &dyn GuestMemory, ptr: u32, len: u32, max: usize) -> SysResult<Vec<u8>> {
    mem.check(slice(ptr, len))?;
    match usize::try_from(len).ok().filter(|len| *len <= max) {
        Some(len) => {
            let mut bytes = vec![0; len];
            mem.read(u64::from(ptr), &mut bytes)?;
            Ok(bytes)
        }
        None => fail(Errno::EINVAL, "longer than it may be"),
    }
}

pub(super) fn get_u32(mem: &dyn GuestMemory, ptr: u32) -> SysResult<u32> {
    let mut raw = [0; 4];
    mem.read(u64::from(ptr), &mut raw)?;
    Ok(u32::from_le_bytes(raw))
}

/// Decodes an address.
///
/// # Errors
/// EFAULT; EINVAL for one that is too short or too long; EAFNOSUPPORT for another family.
pub(super) fn get_addr(mem: &dyn GuestMemory, ptr: u32, len: u32) -> SysResult<SockAddr> {
    let raw = bytes(mem, ptr, len, sockaddr::MAX)?;
    let Some((family, rest)) = raw.split_first_chunk::<2>() else {
        return fail(Errno::EINVAL, "an address without a family");
    };
    match u16::from_le_bytes(*family) {
        0 => Ok(SockAddr::Unspecified),
        sockaddr::UNIX => Ok(SockAddr::Unix(unix_name(raw.get(sockaddr::ADDRESS..).unwrap_or_default()))),
        family @ (sockaddr::INET | sockaddr::INET6) => inet(family, rest),
        _ => fail(Errno::EAFNOSUPPORT, "unknown address family"),
    }
}

/// A path ends at a NUL; a name of the abstract namespace begins with one and is as long as it is told to be.
fn unix_name(raw: &[u8]) -> UnixName {
    match raw.split_first() {
        None => UnixName::Unnamed,
        Some((0, name)) => UnixName::Abstract(name.to_vec()),
        Some(_) => UnixName::Path(raw.split(|b| *b == 0).next().unwrap_or_default().to_vec()),
    }
}

fn inet(family: u16, rest: &[u8]) -> SysResult<SockAddr> {
    let fields = rest.split_first_chunk::<2>().and_then(|(port, rest)| {
        let (scope, rest) = rest.split_first_chunk::<4>()?;
        Some((u16::from_be_bytes(*port), u32::from_le_bytes(*scope), *rest.first_chunk::<16>()?))
    });
    let Some((port, scope, address)) = fields else { return fail(Errno::EINVAL, "a short address") };
    let [a, b, c, d, ..] = address;
    Ok(SockAddr::Inet(if family == sockaddr::INET {
        SocketAddr::new(Ipv4Addr::new(a, b, c, d).into(), port)
    } else {
        SocketAddrV6::new(Ipv6Addr::from(address), port, 0, scope).into()
    }))
}

/// Encodes an address.
pub(super) fn addr_bytes(addr: &SockAddr) -> Vec<u8> {
    let mut raw = Vec::with_capacity(sockaddr::INET_SIZE);
    match addr {
        SockAddr::Unspecified => raw.extend([0; sockaddr::ADDRESS]),
        SockAddr::Unix(name) => {
            raw.extend(sockaddr::UNIX.to_le_bytes());
            raw.resize(sockaddr::ADDRESS, 0);
            match name {
                UnixName::Unnamed => {}
                UnixName::Path(path) => raw.extend(path),
                UnixName::Abstract(name) => raw.extend([0].iter().chain(name)),
            }
        }
        SockAddr::Inet(addr) => {
            let (family, scope) = match addr {
                SocketAddr::V4(_) => (sockaddr::INET, 0),
                SocketAddr::V6(addr) => (sockaddr::INET6, addr.scope_id()),
            };
            raw.extend(family.to_le_bytes());
            raw.extend(addr.port().to_be_bytes());
            raw.extend(scope.to_le_bytes());
            match addr.ip() {
                IpAddr::V4(ip) => raw.extend(ip.octets()),
                IpAddr::V6(ip) => raw.extend(ip.octets()),
            }
            raw.resize(sockaddr::INET_SIZE, 0);
        }
    }
    raw
}

/// Room for something whose size is told: `ptr` may be 0 where it is not wanted, and `len` points at the room in bytes.
#[derive(Clone, Copy)]
pub(super) struct Room {
    ptr: u32,
    len: u32,
    size: u32,
}

impl Room {
    /// Checks that it is there.
    ///
    /// # Errors
    /// EFAULT.
    pub(super) fn read(mem: &dyn GuestMemory, ptr: u32, len: u32) -> SysResult<Room> {
        if ptr == 0 {
            return Ok(Room { ptr, len: 0, size: 0 });
        }
        let size = get_u32(mem, len)?;
        check_out(mem, ptr, size)?;
        Ok(Room { ptr, len, size })
    }

    pub(super) fn bytes(self) -> usize {
        usize::try_from(self.size).unwrap_or(0)
    }

    /// Puts what has room there, and tells the true size.
    pub(super) fn put(self, mem: &mut dyn GuestMemory, bytes: &[u8]) -> SysResult<()> {
        if self.ptr == 0 {
            return Ok(());
        }
        mem.write(u64::from(self.ptr), bytes.get(..self.bytes()).unwrap_or(bytes))?;
        put_u32(mem, self.len, u32::try_from(bytes.len()).unwrap_or(u32::MAX))
    }
}

/// Decodes an option's value. Multicast options also come as one byte, as in the BSDs.
///
/// # Errors
/// EFAULT; EINVAL for a value of another size.
pub(super) fn get_option(
    mem: &dyn GuestMemory,
    (level, name): (u32, u32),
    ptr: u32,
    len: u32,
) -> SysResult<OptionValue> {
    let raw = bytes(mem, ptr, len, 64)?;
    let number = |raw: &[u8]| raw.first_chunk().map(|raw| i32::from_le_bytes(*raw));
    let value = match (level, name) {
        (SOL_SOCKET, SO_LINGER) => number(&raw)
            .zip(raw.get(4..).and_then(number))
            .map(|(on, seconds)| OptionValue::Linger((on != 0).then_some(u32::try_from(seconds).unwrap_or(0)))),
        (SOL_IP, IP_ADD_MEMBERSHIP | IP_DROP_MEMBERSHIP | IP_MULTICAST_IF)
        | (SOL_IPV6, IPV6_ADD_MEMBERSHIP | IPV6_DROP_MEMBERSHIP) => Some(OptionValue::Raw(raw)),
        (SOL_IP, IP_MULTICAST_TTL | IP_MULTICAST_LOOP) if raw.len() == 1 => {
            raw.first().map(|byte| OptionValue::Number(i32::from(*byte)))
        }
        _ => number(&raw).map(OptionValue::Number),
    };
    value.map_or_else(|| fail(Errno::EINVAL, "too short for the option's value"), Ok)
}

/// Encodes an option's value.
pub(super) fn option_bytes(value: &OptionValue) -> Vec<u8> {
    match value {
        OptionValue::Number(number) => number.to_le_bytes().to_vec(),
        OptionValue::Linger(linger) => {
            [u32::from(linger.is_some()), linger.unwrap_or(0)].into_iter().flat_map(u32::to_le_bytes).collect()
        }
        OptionValue::Peer(peer) => [peer.pid.0, peer.uid, peer.gid].into_iter().flat_map(u32::to_le_bytes).collect(),
        OptionValue::Raw(raw) => raw.clone(),
    }
}

/// Decodes control data: the descriptors to pass.
///
/// # Errors
/// EFAULT; EINVAL for what is malformed or no SCM_RIGHTS.
pub(super) fn get_control(mem: &dyn GuestMemory, ptr: u32, len: u32) -> SysResult<Vec<Fd>> {
    let raw = bytes(mem, ptr, len, CONTROL_MAX)?;
    let mut fds = Vec::new();
    let mut rest = raw.as_slice();
    while rest.len() >= cmsg::HEADER {
        let words: Vec<u32> = rest.as_chunks::<4>().0.iter().take(3).map(|word| u32::from_le_bytes(*word)).collect();
        let (Some(size), level, kind) = (words.first(), words.get(1), words.get(2)) else { break };
        let size = usize::try_from(*size).unwrap_or(usize::MAX);
        let Some(data) = rest.get(cmsg::HEADER..size) else {
            return fail(Errno::EINVAL, "a control message longer than all control data");
        };
        if (level, kind) != (Some(&SOL_SOCKET), Some(&SCM_RIGHTS)) {
            return fail(Errno::EINVAL, "an unknown control message");
        }
        fds.extend(data.as_chunks::<4>().0.iter().map(|fd| Fd(u32::from_le_bytes(*fd))));
        rest = rest.get(size.next_multiple_of(cmsg::ALIGN)..).unwrap_or_default();
    }
    if fds.len() > MAX_FDS { fail(Errno::EINVAL, "more descriptors than may be passed at once") } else { Ok(fds) }
}

/// How many descriptors have room in so many bytes of control data.
pub(super) fn control_room(bytes: usize) -> usize {
    bytes.saturating_sub(cmsg::HEADER) / 4
}

/// Encodes received descriptors.
pub(super) fn control_bytes(fds: &[Fd]) -> Vec<u8> {
    if fds.is_empty() {
        return Vec::new();
    }
    let size = fds.len().saturating_mul(4).saturating_add(cmsg::HEADER);
    let header = [u32::try_from(size).unwrap_or(0), SOL_SOCKET, SCM_RIGHTS];
    header.into_iter().chain(fds.iter().map(|fd| fd.0)).flat_map(u32::to_le_bytes).collect()
}

/// Encodes interfaces.
pub(super) fn interface_bytes(all: &[Interface]) -> Vec<u8> {
    let mut raw = Vec::new();
    for interface in all {
        let addresses = interface.addresses.len();
        let size = addresses.saturating_mul(interfaces::ADDRESS_SIZE).saturating_add(interfaces::HEADER);
        let word = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        for number in [word(size), interface.index, interface.mtu, interface.flags] {
            raw.extend(number.to_le_bytes());
        }
        raw.extend(padded::<{ interfaces::NAME_SIZE }>(interface.name.as_bytes(), interfaces::NAME_SIZE - 1));
        raw.extend(word(addresses).to_le_bytes());
        raw.extend(padded::<8>(&interface.hardware, 6));
        for (ip, prefix) in &interface.addresses {
            raw.extend(addr_bytes(&SockAddr::Inet(SocketAddr::new(*ip, 0))));
            raw.extend(prefix.to_le_bytes());
        }
    }
    raw
}

/// At most `most` of the bytes, then zeros.
fn padded<const N: usize>(bytes: &[u8], most: usize) -> [u8; N] {
    let mut field = [0; N];
    for (to, from) in field.iter_mut().zip(bytes.iter().take(most)) {
        *to = *from;
    }
    field
}

/// Puts a whole answer into a buffer and tells its size; EOVERFLOW, the size told, if it has no room.
pub(super) fn put_all(mem: &mut dyn GuestMemory, buf: u32, buf_len: u32, used: u32, bytes: &[u8]) -> SysResult<()> {
    let size = u32::try_from(bytes.len()).map_err(|_| EFAULT)?;
    put_u32(mem, used, size)?;
    if size > buf_len {
        return fail(Errno::EOVERFLOW, "the buffer is too small");
    }
    mem.write(u64::from(buf), bytes)
}
