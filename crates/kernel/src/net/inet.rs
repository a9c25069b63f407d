//! What TCP and UDP share: addresses, the claim that bind(2) lays to one, and sockets of the host.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use gopherix_abi::sockopt::{IPV6_V6ONLY, SO_RCVBUF, SO_REUSEADDR, SO_REUSEPORT, SO_SNDBUF, SOL_IPV6, SOL_SOCKET};
use gopherix_abi::{Errno, SockFamily, SockType};

use super::ports::{Bound, Ports, Scope, Sharing};
use super::socket::{Common, Place};
use crate::error::{SysResult, fail};
use crate::platform::HostSocket;

/// How often a number is looked for that is free inside and outside.
const TRIES: usize = 16;

/// A bound address.
pub(super) struct Claim<T> {
    /// As getsockname(2) tells it.
    pub(super) local: SocketAddr,
    /// In the kernel's own network.
    pub(super) inside: Option<Bound<T>>,
    /// A socket of the host that is bound for it.
    pub(super) outside: Option<Arc<dyn HostSocket>>,
}

/// The internet address of a place.
///
/// # Errors
/// EAFNOSUPPORT.
pub(super) fn address(place: &Place) -> SysResult<SocketAddr> {
    match place {
        Place::Inet(addr) => Ok(*addr),
        Place::Nowhere | Place::Unix(..) => fail(Errno::EAFNOSUPPORT, "an address of another family"),
    }
}

/// The loopback address of a family.
pub(super) fn loopback(v4: bool) -> IpAddr {
    if v4 { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() }
}

/// An address as a socket of its family tells it: IPv4 inside of IPv6 for IPv6 sockets.
pub(super) fn shown(addr: SocketAddr, v6: bool) -> SocketAddr {
    match addr.ip() {
        IpAddr::V4(ip) if v6 => SocketAddr::new(ip.to_ipv6_mapped().into(), addr.port()),
        _ => addr,
    }
}

/// Where a connect or datagram goes: IPv4 inside of IPv6 is IPv4, and the unspecified address is this machine.
///
/// # Errors
/// ENETUNREACH for IPv4 from a socket that is for IPv6 only.
pub(super) fn destination(common: &Common, addr: SocketAddr) -> SysResult<SocketAddr> {
    let ip = addr.ip().to_canonical();
    if common.is_v6() && ip.is_ipv4() && common.is_on(SOL_IPV6, IPV6_V6ONLY) {
        return fail(Errno::ENETUNREACH, "the socket is for IPv6 only");
    }
    if ip.is_unspecified() {
        return Ok(SocketAddr::new(loopback(ip.is_ipv4()), addr.port()));
    }
    let mut to = addr;
    if ip.is_ipv4() {
        to = SocketAddr::new(ip, addr.port());
    }
    Ok(to)
}

/// A free number at an address of the kernel's own network, for a connection.
///
/// # Errors
/// EADDRNOTAVAIL.
pub(super) fn ephemeral<T>(ports: &Arc<Ports<T>>, ip: IpAddr) -> SysResult<Bound<T>> {
    ports.bind(SocketAddr::new(ip, 0), Scope::new(ip, true), Sharing::default(), Errno::EADDRNOTAVAIL)
}

/// bind(2): inside for loopback addresses and "any"; at the host what the grants name, which may be both.
///
/// # Errors
/// EADDRINUSE; EADDRNOTAVAIL; EACCES.
pub(super) fn claim<T>(common: &Arc<Common>, ports: &Arc<Ports<T>>, addr: SocketAddr) -> SysResult<Claim<T>> {
    let only_v6 = common.is_on(SOL_IPV6, IPV6_V6ONLY);
    let canonical = SocketAddr::new(addr.ip().to_canonical(), addr.port());
    if common.is_v6() && only_v6 && canonical.is_ipv4() {
        return fail(Errno::EINVAL, "the socket is for IPv6 only");
    }
    let is_inside = canonical.ip().is_loopback() || canonical.ip().is_unspecified();
    let outside = common.net.listen_at(canonical);
    if !is_inside {
        let Some(ip) = outside else { return fail(Errno::EACCES, "no --net rule lets it be bound at the host") };
        let host = bind_outside(common, SocketAddr::new(ip, addr.port()))?;
        let local = host.local()?;
        return Ok(Claim { local, inside: None, outside: Some(host) });
    }
    let Some(ip) = outside else { return claim_inside(common, ports, addr) };
    if addr.port() != 0 {
        let claim = claim_inside(common, ports, addr)?;
        let outside = Some(bind_outside(common, SocketAddr::new(ip, addr.port()))?);
        return Ok(Claim { outside, ..claim });
    }
    for _ in 0..TRIES {
        let host = bind_outside(common, SocketAddr::new(ip, 0))?;
        match claim_inside(common, ports, SocketAddr::new(addr.ip(), host.local()?.port())) {
            Ok(claim) => return Ok(Claim { outside: Some(host), ..claim }),
            Err(e) if e.errno == Errno::EADDRINUSE => {}
            Err(e) => return Err(e),
        }
    }
    fail(Errno::EADDRINUSE, "no port is free inside and at the host")
}

/// Binds in the kernel's own network only.
///
/// # Errors
/// EADDRINUSE.
pub(super) fn claim_inside<T>(common: &Common, ports: &Arc<Ports<T>>, addr: SocketAddr) -> SysResult<Claim<T>> {
    let sharing = Sharing {
        address: common.is_on(SOL_SOCKET, SO_REUSEADDR),
        port: common.is_on(SOL_SOCKET, SO_REUSEPORT),
        freely: common.kind == SockType::Dgram,
    };
    let ip = addr.ip().to_canonical();
    let scope = Scope::new(ip, common.is_on(SOL_IPV6, IPV6_V6ONLY));
    let inside = ports.bind(SocketAddr::new(ip, addr.port()), scope, sharing, Errno::EADDRINUSE)?;
    Ok(Claim { local: inside.local, inside: Some(inside), outside: None })
}

fn bind_outside(common: &Arc<Common>, addr: SocketAddr) -> SysResult<Arc<dyn HostSocket>> {
    let host = match open_outside(common, addr.is_ipv4()) {
        // A host without IPv6 still has what an IPv6 socket takes besides.
        Err(e) if e.errno == Errno::EAFNOSUPPORT && addr.ip().is_unspecified() => {
            let host = open_outside(common, true)?;
            host.bind(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), addr.port()))?;
            return Ok(host);
        }
        host => host?,
    };
    host.bind(addr)?;
    Ok(host)
}

/// A socket of the host, with the options of the guest's.
///
/// # Errors
/// As socket(2).
pub(super) fn open_outside(common: &Arc<Common>, v4: bool) -> SysResult<Arc<dyn HostSocket>> {
    let family = if v4 { SockFamily::Inet } else { SockFamily::Inet6 };
    let host = common.net.open_outside(family, common.kind)?;
    if !v4 {
        let only_v6 = i32::from(common.is_on(SOL_IPV6, IPV6_V6ONLY));
        host.set_option(SOL_IPV6, IPV6_V6ONLY, &only_v6.to_le_bytes())?;
    }
    let set: Vec<_> = common.options.lock().all_set().collect();
    for option in set {
        tell_option(common, &*host, option)?;
    }
    tell_linger(common, &*host)?;
    Ok(host)
}

fn tell_linger(common: &Common, host: &dyn HostSocket) -> SysResult<()> {
    let Some(seconds) = common.options.lock().linger else { return Ok(()) };
    let mut raw = [0; 8];
    for (to, from) in raw.iter_mut().zip([1u32, seconds].into_iter().flat_map(u32::to_le_bytes)) {
        *to = from;
    }
    host.set_option(SOL_SOCKET, gopherix_abi::sockopt::SO_LINGER, &raw)
}

/// Tells a socket of the host of an option. The host does its own bookkeeping of sizes.
///
/// # Errors
/// As setsockopt(2).
pub(super) fn tell_option(common: &Common, host: &dyn HostSocket, option: (u32, u32, i32)) -> SysResult<()> {
    match option {
        (SOL_SOCKET, gopherix_abi::sockopt::SO_LINGER, _) => tell_linger(common, host),
        (SOL_SOCKET, name @ (SO_SNDBUF | SO_RCVBUF), value) => {
            host.set_option(SOL_SOCKET, name, &(value / 2).to_le_bytes())
        }
        (SOL_IPV6, IPV6_V6ONLY, _) => Ok(()),
        // An IPv4 socket of the host behind an IPv6 one of the guest has no such options.
        (level, name, value) => match host.set_option(level, name, &value.to_le_bytes()) {
            Err(e) if common.is_v6() && e.errno == Errno::ENOPROTOOPT => Ok(()),
            done => done,
        },
    }
}
