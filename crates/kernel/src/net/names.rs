//! Names and interfaces: the kernel's own, and the host's as far as they are granted.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use gopherix_abi::gopherix::interfaces::{IFF_LOOPBACK, IFF_RUNNING, IFF_UP};
use gopherix_abi::{Errno, Interface, SockFamily};

use super::Net;
use crate::error::{SysError, SysResult, fail};

/// Longest name (RFC 1035).
const NAME_MAX: usize = 253;
/// What Linux's loopback interface has.
const LOOPBACK_MTU: u32 = 65536;

const NOT_FOUND: SysError = SysError::new(Errno::ENOENT, "the name has no address of that family");

impl Net {
    /// The addresses of a name, of one family or of both.
    ///
    /// # Errors
    /// ENOENT if there are none; EACCES if no rule names it; EINVAL for what is no name.
    pub(crate) async fn resolve(&self, name: &[u8], family: Option<SockFamily>) -> SysResult<Vec<IpAddr>> {
        let Some(name) = std::str::from_utf8(name).ok().filter(|name| is_name(name)) else {
            return fail(Errno::EINVAL, "not a name of a host");
        };
        let wanted = |ip: &IpAddr| match family {
            None => true,
            Some(family) => ip.is_ipv4() == (family == SockFamily::Inet),
        };
        let mut found: Vec<IpAddr> = self.lookup(name).await?;
        found.retain(wanted);
        if found.is_empty() { Err(NOT_FOUND) } else { Ok(found) }
    }

    async fn lookup(&self, name: &str) -> SysResult<Vec<IpAddr>> {
        if let Ok(ip) = name.parse::<IpAddr>() {
            return Ok(vec![ip]);
        }
        if is_localhost(name) {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        let Some(outside) = self.outside.get().filter(|outside| outside.rules.resolves(name)) else {
            return fail(Errno::EACCES, "no --net rule names that host");
        };
        let found = outside.host.resolve(name).await?;
        outside.rules.learn(name, &found);
        Ok(found)
    }

    /// All interfaces a guest may know: the loopback, and the host's others where a rule lets it use them.
    ///
    /// # Errors
    /// What the host answers.
    pub(crate) fn interfaces(&self) -> SysResult<Vec<Interface>> {
        let mut all = vec![Interface {
            index: 1,
            mtu: LOOPBACK_MTU,
            flags: IFF_UP | IFF_LOOPBACK | IFF_RUNNING,
            name: "lo".into(),
            hardware: Vec::new(),
            addresses: vec![(Ipv4Addr::LOCALHOST.into(), 8), (Ipv6Addr::LOCALHOST.into(), 128)],
        }];
        if let Some(outside) = self.outside.get().filter(|outside| outside.rules.tells_interfaces()) {
            let theirs = outside.host.interfaces()?;
            all.extend(theirs.into_iter().filter(|interface| interface.flags & IFF_LOOPBACK == 0));
        }
        Ok(all)
    }
}

/// Whether it may be a name: labels of letters, digits, `-` and `_`.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.');
    !name.is_empty() && name.len() <= NAME_MAX && name.bytes().all(plain)
}

/// `localhost` and what is below it (RFC 6761).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}
