//! Port numbers of the kernel's own loopback network: who is bound where, for one protocol.
//!
//! Addresses are canonical: IPv4 inside of IPv6 is IPv4. A number is given back when its [`Bound`] is dropped.
//!
//! Lock order: innermost.

use core::net::{IpAddr, SocketAddr};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use gopherix_abi::Errno;

use crate::error::{SysResult, fail};
use crate::sync::Lock;

/// Numbers that are given where none was asked for (`ip_local_port_range` of Linux).
const EPHEMERAL: std::ops::RangeInclusive<u16> = 32768..=60999;

/// Addresses that are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    ip: IpAddr,
    /// `::`, which takes IPv4 too.
    dual: bool,
}

impl Scope {
    /// What binding an address takes; `only_v6` is IPV6_V6ONLY.
    pub(super) fn new(ip: IpAddr, only_v6: bool) -> Self {
        let canonical = ip.to_canonical();
        Scope { ip: canonical, dual: canonical.is_ipv6() && canonical.is_unspecified() && !only_v6 }
    }

    fn overlaps(self, other: Scope) -> bool {
        self.match_of(other.ip) > 0 || other.match_of(self.ip) > 0 || (self.dual && other.dual)
    }

    /// How well it fits a destination: 0 not at all.
    fn match_of(self, ip: IpAddr) -> u8 {
        match (self.ip == ip, self.ip.is_unspecified(), self.ip.is_ipv4() == ip.is_ipv4()) {
            (true, _, _) => 3,
            (false, true, true) => 2,
            (false, true, false) if self.dual => 1,
            _ => 0,
        }
    }
}

/// Whether a socket shares its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sharing {
    /// SO_REUSEADDR.
    pub(super) address: bool,
    /// SO_REUSEPORT.
    pub(super) port: bool,
    /// Whether SO_REUSEADDR of both suffices also where one of them takes what comes in (UDP).
    pub(super) freely: bool,
}

struct Entry<T> {
    id: u64,
    scope: Scope,
    sharing: Sharing,
    target: Weak<T>,
    /// Set once it takes what comes in.
    takes: bool,
}

struct Table<T> {
    ports: BTreeMap<u16, Vec<Entry<T>>>,
    next_id: u64,
    next_port: u16,
    rotation: usize,
}

/// The numbers of a protocol.
pub(super) struct Ports<T>(Lock<Table<T>>);

/// A bound address. Dropping it gives it back.
pub(super) struct Bound<T> {
    ports: Arc<Ports<T>>,
    id: u64,
    /// As it was asked for, with the number it got.
    pub(super) local: SocketAddr,
}

impl<T> Ports<T> {
    pub(super) fn new() -> Arc<Self> {
        let table = Table { ports: BTreeMap::new(), next_id: 1, next_port: *EPHEMERAL.start(), rotation: 0 };
        Arc::new(Ports(Lock::new(table)))
    }

    /// Takes an address; a free number for port 0.
    ///
    /// # Errors
    /// EADDRINUSE; `exhausted` if no number is free.
    pub(super) fn bind(
        self: &Arc<Self>,
        local: SocketAddr,
        scope: Scope,
        sharing: Sharing,
        exhausted: Errno,
    ) -> SysResult<Bound<T>> {
        let mut table = self.0.lock();
        let port = match local.port() {
            0 => table.free_port(scope, sharing, exhausted)?,
            port if table.is_free(port, scope, sharing) => port,
            _ => return fail(Errno::EADDRINUSE, "the address is bound already"),
        };
        let id = table.next_id;
        table.next_id = id.saturating_add(1);
        table.ports.entry(port).or_default().push(Entry { id, scope, sharing, target: Weak::new(), takes: false });
        let mut local = local;
        local.set_port(port);
        Ok(Bound { ports: self.clone(), id, local })
    }

    /// Who takes what is sent to an address, of those that `accepts` lets; the best fit, in turn where several fit as well.
    pub(super) fn find(&self, to: SocketAddr, accepts: impl Fn(&T) -> bool) -> Option<Arc<T>> {
        let ip = to.ip().to_canonical();
        let mut table = self.0.lock();
        let entries = table.ports.get(&to.port())?;
        let fits = |entry: &Entry<T>| if entry.takes { entry.scope.match_of(ip) } else { 0 };
        let targets = entries.iter().map(|e| (fits(e), e)).filter(|(fit, _)| *fit > 0);
        let mut targets: Vec<(u8, Arc<T>)> =
            targets.filter_map(|(fit, e)| Some((fit, e.target.upgrade()?))).filter(|(_, t)| accepts(t)).collect();
        let best = targets.iter().map(|(fit, _)| *fit).max()?;
        targets.retain(|(fit, _)| *fit == best);
        table.rotation = table.rotation.wrapping_add(1);
        let chosen = table.rotation.checked_rem(targets.len()).unwrap_or(0);
        targets.into_iter().nth(chosen).map(|(_, target)| target)
    }
}

impl<T> Table<T> {
    fn is_free(&self, port: u16, scope: Scope, sharing: Sharing) -> bool {
        let entries = self.ports.get(&port).map(Vec::as_slice).unwrap_or_default();
        entries.iter().all(|entry| {
            let address = sharing.address && entry.sharing.address && (sharing.freely || !entry.takes);
            address || (sharing.port && entry.sharing.port) || !entry.scope.overlaps(scope)
        })
    }

    fn free_port(&mut self, scope: Scope, sharing: Sharing, exhausted: Errno) -> SysResult<u16> {
        let sharing = Sharing { address: false, port: false, ..sharing };
        let from_next = (self.next_port..=*EPHEMERAL.end()).chain(*EPHEMERAL.start()..self.next_port);
        match from_next.into_iter().find(|port| self.is_free(*port, scope, sharing)) {
            Some(port) => {
                self.next_port = if port == *EPHEMERAL.end() { *EPHEMERAL.start() } else { port.saturating_add(1) };
                Ok(port)
            }
            None => fail(exhausted, "no port is free"),
        }
    }
}

impl<T> Bound<T> {
    /// From now on what comes in goes to `target`.
    ///
    /// # Errors
    /// EADDRINUSE if that needs the address alone and another takes what comes in there.
    pub(super) fn take(&self, target: &Arc<T>) -> SysResult<()> {
        let mut table = self.ports.0.lock();
        let Some(entries) = table.ports.get_mut(&self.local.port()) else { return Ok(()) };
        let own = entries.iter().find(|e| e.id == self.id).map(|e| (e.scope, e.sharing));
        let Some((scope, sharing)) = own else { return Ok(()) };
        let clash = entries.iter().any(|e| {
            let shares = sharing.freely || (sharing.port && e.sharing.port);
            e.id != self.id && e.takes && e.scope.overlaps(scope) && !shares
        });
        if clash {
            return fail(Errno::EADDRINUSE, "another socket listens there");
        }
        if let Some(entry) = entries.iter_mut().find(|e| e.id == self.id) {
            entry.target = Arc::downgrade(target);
            entry.takes = true;
        }
        Ok(())
    }
}

impl<T> Drop for Bound<T> {
    fn drop(&mut self) {
        let mut table = self.ports.0.lock();
        let port = self.local.port();
        if let Some(entries) = table.ports.get_mut(&port) {
            entries.retain(|entry| entry.id != self.id);
            if entries.is_empty() {
                table.ports.remove(&port);
            }
        }
    }
}
