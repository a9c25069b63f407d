//! The host's network: sockets, names, interfaces, and what of it is granted.

mod grant;
mod interfaces;
mod socket;

use std::io;
use std::net::{IpAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::{Errno, Interface, SockFamily, SockType};
use gopherix_kernel::platform::{HostNet, HostSocket};
use gopherix_kernel::{SysError, SysResult};
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use tokio::runtime::Handle;

pub use self::grant::{NetGrant, NetPolicy};
use self::socket::NetSocket;
use crate::errno::{from_host, from_io};

/// This machine's network.
pub struct HostNetwork {
    executor: Handle,
}

impl HostNetwork {
    /// The network, with an executor whose reactor watches sockets and whose threads ask for names.
    #[must_use]
    pub fn new(executor: Handle) -> Self {
        HostNetwork { executor }
    }
}

impl HostNet for HostNetwork {
    fn open(&self, family: SockFamily, kind: SockType) -> SysResult<Arc<dyn HostSocket>> {
        let family = if family == SockFamily::Inet6 { AddressFamily::INET6 } else { AddressFamily::INET };
        let kind = if kind == SockType::Stream { SocketType::STREAM } else { SocketType::DGRAM };
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let fd = rustix::net::socket_with(family, kind, flags, None).map_err(from_host)?;
        NetSocket::open(fd, kind == SocketType::STREAM, self.executor.clone())
    }

    fn resolve(&self, name: &str) -> BoxFuture<'static, SysResult<Vec<IpAddr>>> {
        let name = name.to_owned();
        let asked = self.executor.spawn(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|e| no_address(&e))?;
            let mut addresses = Vec::new();
            for ip in found.map(|addr| addr.ip()) {
                if !addresses.contains(&ip) {
                    addresses.push(ip);
                }
            }
            Ok(addresses)
        });
        Box::pin(async move { asked.await.unwrap_or(Err(SysError::new(Errno::EAGAIN, "the resolver was stopped"))) })
    }

    fn interfaces(&self) -> SysResult<Vec<Interface>> {
        interfaces::all().map_err(|e| from_io(&e))
    }
}

/// A resolver's errors have no numbers that std would tell: what is no error of the system is a name without an address, unless
/// the resolver says that it is temporary.
fn no_address(error: &io::Error) -> SysError {
    let text = error.to_string();
    if text.contains("Temporary failure") || text.contains("Try again") {
        SysError::new(Errno::EAGAIN, "the host's resolver cannot tell now")
    } else {
        SysError::new(Errno::ENOENT, "the host's resolver knows no such name")
    }
}

/// Takes over a listening socket, to hand it to a guest. Within the executor.
///
/// # Errors
/// What fcntl(2) and epoll_ctl(2) answer.
pub fn adopt(listener: TcpListener) -> io::Result<Arc<dyn HostSocket>> {
    listener.set_nonblocking(true)?;
    NetSocket::open(OwnedFd::from(listener), true, Handle::current()).map_err(io::Error::other)
}
