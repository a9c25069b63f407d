//! The network: sockets, the kernel's own loopback network, unix sockets, and the host's network as far as it is granted.
//!
//! A [`Socket`] is a file; its protocol is `tcp`, `udp` or one of `unix`. A connection inside the kernel is two `channel`s. Which
//! network an address belongs to is decided in one place, `route`. Streams of the host's stdio are `stream`'s.
//!
//! Key types: [`Net`], [`Socket`], [`Rules`]. Neighbours: `syscall::socket` drives them, `platform::HostNet` is the host.

mod backlog;
mod channel;
mod inet;
mod mailbox;
mod names;
mod options;
mod ports;
mod rights;
mod route;
mod socket;
mod stream;
mod tcp;
#[cfg(test)]
mod tests;
mod udp;
mod unix;

use core::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use futures::FutureExt;
use futures::future::{BoxFuture, select};
use gopherix_abi::{Errno, SockFamily, SockType};

use self::backlog::Backlog;
use self::mailbox::Mailbox;
use self::ports::Ports;
use self::rights::InFlight;
pub use self::rights::{Ancillary, MAX_FDS, Passed, Ucred};
pub use self::route::{HostPattern, Ports as PortPattern, Rule, Rules};
use self::socket::Common;
pub use self::socket::{Place, Received, RecvHow, Socket};
pub use self::unix::NodeKey;
pub use stream::StreamFile;
pub(crate) use stream::{anonymous_stat, next_ino};

use crate::error::{SysResult, fail};
use crate::platform::{HostNet, HostSocket};
use crate::sync::Lock;

/// A kernel's network.
pub struct Net {
    tcp: Arc<Ports<Backlog>>,
    udp: Arc<Ports<Mailbox>>,
    unix: Arc<unix::Names>,
    in_flight: Arc<InFlight>,
    outside: OnceLock<Outside>,
}

/// The host's network, and what of it is granted.
struct Outside {
    host: Arc<dyn HostNet>,
    rules: Rules,
}

impl Net {
    pub(crate) fn new() -> Arc<Net> {
        Arc::new(Net {
            tcp: Ports::new(),
            udp: Ports::new(),
            unix: Arc::default(),
            in_flight: Arc::default(),
            outside: OnceLock::new(),
        })
    }

    /// Gives guests as much of the host's network as `rules` say. To be called once, at boot.
    pub fn attach(&self, host: Arc<dyn HostNet>, rules: Rules) {
        let _ = self.outside.set(Outside { host, rules });
    }

    /// A new socket.
    ///
    /// # Errors
    /// EPROTONOSUPPORT for another protocol than the family's own for that type.
    pub fn open(
        self: &Arc<Self>,
        family: SockFamily,
        kind: SockType,
        protocol: u32,
        owner: Ucred,
    ) -> SysResult<Arc<Socket>> {
        let common = self.common(family, kind, owner);
        match (family, kind, protocol) {
            (SockFamily::Inet | SockFamily::Inet6, SockType::Stream, 0 | 6) => {
                Ok(Socket::new(common.clone(), Box::new(tcp::Tcp::new(&common))))
            }
            (SockFamily::Inet | SockFamily::Inet6, SockType::Dgram, 0 | 17) => {
                Ok(Socket::new(common.clone(), Box::new(udp::Udp::new(&common))))
            }
            (SockFamily::Unix, SockType::Stream | SockType::SeqPacket, 0) => {
                Ok(Socket::new(common.clone(), Box::new(unix::Stream::new(&common))))
            }
            (SockFamily::Unix, SockType::Dgram, 0) => {
                Ok(Socket::new(common.clone(), Box::new(unix::Dgram::new(&common))))
            }
            _ => fail(Errno::EPROTONOSUPPORT, "no such protocol"),
        }
    }

    /// Two new sockets that are connected.
    ///
    /// # Errors
    /// ENOTSUP (EOPNOTSUPP) for the internet's; EPROTONOSUPPORT.
    pub fn pair(
        self: &Arc<Self>,
        family: SockFamily,
        kind: SockType,
        protocol: u32,
        owner: Ucred,
    ) -> SysResult<(Arc<Socket>, Arc<Socket>)> {
        if family != SockFamily::Unix {
            return fail(Errno::ENOTSUP, "only unix sockets come in pairs");
        }
        if protocol != 0 {
            return fail(Errno::EPROTONOSUPPORT, "no such protocol");
        }
        let (one, other) = (self.common(family, kind, owner), self.common(family, kind, owner));
        Ok(if kind == SockType::Dgram {
            let (first, second) = unix::Dgram::pair(&one, &other);
            (Socket::new(one, Box::new(first)), Socket::new(other, Box::new(second)))
        } else {
            let (first, second) = unix::Stream::pair(&one, &other);
            (Socket::new(one, Box::new(first)), Socket::new(other, Box::new(second)))
        })
    }

    /// A listening TCP socket of the host that is handed to a guest.
    ///
    /// # Errors
    /// What the host answers.
    pub fn adopt(self: &Arc<Self>, listener: Arc<dyn HostSocket>, owner: Ucred) -> SysResult<Arc<Socket>> {
        let family = if listener.local()?.is_ipv4() { SockFamily::Inet } else { SockFamily::Inet6 };
        let common = self.common(family, SockType::Stream, owner);
        let tcp = tcp::Tcp::of_listener(&common, listener);
        Ok(Socket::new(common, Box::new(tcp)))
    }

    fn common(self: &Arc<Self>, family: SockFamily, kind: SockType, owner: Ucred) -> Arc<Common> {
        Arc::new(Common { net: self.clone(), family, kind, owner, options: Lock::default() })
    }

    /// Whether a guest may connect to an address at the host.
    ///
    /// # Errors
    /// EACCES; ECONNREFUSED for loopback addresses, where nobody listens in the kernel's own network.
    fn check_connect(&self, to: SocketAddr) -> SysResult<()> {
        if self.outside.get().is_some_and(|outside| outside.rules.connects(to)) {
            Ok(())
        } else if to.ip().is_loopback() {
            fail(Errno::ECONNREFUSED, "nobody listens there inside, and no --net rule names the host's")
        } else {
            fail(Errno::EACCES, "no --net rule lets it connect there")
        }
    }

    /// The host's address that binding `addr` is to be at as well, if a rule says so.
    fn listen_at(&self, addr: SocketAddr) -> Option<IpAddr> {
        self.outside.get()?.rules.listens(addr)
    }

    /// Puts descriptors on their way to another process.
    pub(crate) fn pass(&self, entries: Vec<crate::task::FdEntry>) -> SysResult<Arc<Passed>> {
        Passed::new(entries, &self.in_flight)
    }

    fn open_outside(&self, family: SockFamily, kind: SockType) -> SysResult<Arc<dyn HostSocket>> {
        match self.outside.get() {
            Some(outside) => outside.host.open(family, kind),
            None => fail(Errno::EACCES, "no network of the host is granted (--net)"),
        }
    }
}

/// Ends when one of two does.
fn either(one: BoxFuture<'static, ()>, other: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
    Box::pin(select(one, other).map(|_| ()))
}
