//! Socket options: which there are, what values they take, and what they are set to (socket(7), tcp(7), ip(7), ipv6(7)).
//!
//! One table of the options with a number for value. What means something inside the kernel is looked at by the protocols;
//! the host's sockets are told all of them. Options that are not in the table answer ENOPROTOOPT.

use gopherix_abi::sockopt::*;
use gopherix_abi::{Errno, SockFamily, SockType};

use crate::error::{SysResult, fail};

/// Which sockets have an option.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    All,
    Inet,
    Inet6,
    Tcp,
    Unix,
}

/// What values an option takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Everything but 0 is 1.
    Bool,
    /// A number in a range.
    Number(i32, i32),
    /// A size in bytes, doubled and at least the number, as Linux does for its bookkeeping.
    Size(i32),
}

struct OptionInfo {
    level: u32,
    name: u32,
    of: Of,
    takes: Takes,
    default: i32,
}

/// Most bytes of SO_SNDBUF and SO_RCVBUF before they are doubled (`wmem_max` and `rmem_max` of Linux).
const SIZE_MAX: i32 = 212_992;

const fn option(level: u32, name: u32, of: Of, takes: Takes, default: i32) -> OptionInfo {
    OptionInfo { level, name, of, takes, default }
}

/// Every option with a number for value.
static OPTIONS: &[OptionInfo] = &[
    option(SOL_SOCKET, SO_REUSEADDR, Of::All, Takes::Bool, 0),
    option(SOL_SOCKET, SO_REUSEPORT, Of::Inet, Takes::Bool, 0),
    option(SOL_SOCKET, SO_BROADCAST, Of::All, Takes::Bool, 0),
    option(SOL_SOCKET, SO_KEEPALIVE, Of::All, Takes::Bool, 0),
    option(SOL_SOCKET, SO_SNDBUF, Of::All, Takes::Size(4608), SIZE_MAX),
    option(SOL_SOCKET, SO_RCVBUF, Of::All, Takes::Size(2304), SIZE_MAX),
    option(SOL_SOCKET, SO_PASSCRED, Of::Unix, Takes::Bool, 0),
    option(SOL_TCP, TCP_NODELAY, Of::Tcp, Takes::Bool, 0),
    option(SOL_TCP, TCP_CORK, Of::Tcp, Takes::Bool, 0),
    option(SOL_TCP, TCP_KEEPIDLE, Of::Tcp, Takes::Number(1, 32767), 7200),
    option(SOL_TCP, TCP_KEEPINTVL, Of::Tcp, Takes::Number(1, 32767), 75),
    option(SOL_TCP, TCP_KEEPCNT, Of::Tcp, Takes::Number(1, 127), 9),
    option(SOL_TCP, TCP_DEFER_ACCEPT, Of::Tcp, Takes::Number(0, i32::MAX), 0),
    option(SOL_TCP, TCP_QUICKACK, Of::Tcp, Takes::Bool, 1),
    option(SOL_TCP, TCP_USER_TIMEOUT, Of::Tcp, Takes::Number(0, i32::MAX), 0),
    option(SOL_IP, IP_TOS, Of::Inet, Takes::Number(0, 255), 0),
    option(SOL_IP, IP_TTL, Of::Inet, Takes::Number(1, 255), 64),
    option(SOL_IP, IP_MULTICAST_TTL, Of::Inet, Takes::Number(0, 255), 1),
    option(SOL_IP, IP_MULTICAST_LOOP, Of::Inet, Takes::Bool, 1),
    option(SOL_IPV6, IPV6_V6ONLY, Of::Inet6, Takes::Bool, 0),
    option(SOL_IPV6, IPV6_UNICAST_HOPS, Of::Inet6, Takes::Number(-1, 255), 64),
    option(SOL_IPV6, IPV6_MULTICAST_HOPS, Of::Inet6, Takes::Number(-1, 255), 1),
    option(SOL_IPV6, IPV6_MULTICAST_LOOP, Of::Inet6, Takes::Bool, 1),
    option(SOL_IPV6, IPV6_TCLASS, Of::Inet6, Takes::Number(-1, 255), 0),
    option(SOL_IPV6, IPV6_MULTICAST_IF, Of::Inet6, Takes::Number(0, i32::MAX), 0),
];

/// What a socket's options are set to.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    /// Those that are not at their default.
    numbers: Vec<(u32, u32, i32)>,
    /// SO_LINGER: seconds, if it is on.
    pub(super) linger: Option<u32>,
}

fn find(level: u32, name: u32) -> Option<&'static OptionInfo> {
    OPTIONS.iter().find(|o| o.level == level && o.name == name)
}

fn of(family: SockFamily, kind: SockType, option: &OptionInfo) -> bool {
    match option.of {
        Of::All => true,
        Of::Inet => family != SockFamily::Unix,
        Of::Inet6 => family == SockFamily::Inet6,
        Of::Tcp => family != SockFamily::Unix && kind == SockType::Stream,
        Of::Unix => family == SockFamily::Unix,
    }
}

impl Options {
    /// Checks a value for an option.
    ///
    /// # Errors
    /// ENOPROTOOPT where there is no such option; EINVAL outside its range.
    pub(super) fn check(family: SockFamily, kind: SockType, level: u32, name: u32, value: i32) -> SysResult<i32> {
        let Some(option) = find(level, name).filter(|option| of(family, kind, option)) else {
            return fail(Errno::ENOPROTOOPT, "this socket has no such option");
        };
        match option.takes {
            Takes::Bool => Ok(i32::from(value != 0)),
            Takes::Size(least) => Ok(value.clamp(0, SIZE_MAX).saturating_mul(2).max(least)),
            Takes::Number(low, high) if (low..=high).contains(&value) => Ok(value),
            Takes::Number(..) => fail(Errno::EINVAL, "the option takes no such value"),
        }
    }

    /// Sets what was checked.
    pub(super) fn set(&mut self, level: u32, name: u32, value: i32) {
        match self.numbers.iter_mut().find(|(l, n, _)| (*l, *n) == (level, name)) {
            Some(slot) => slot.2 = value,
            None => self.numbers.push((level, name, value)),
        }
    }

    /// The value, or its default; `None` where the socket has no such option.
    pub(super) fn get(&self, family: SockFamily, kind: SockType, level: u32, name: u32) -> Option<i32> {
        let option = find(level, name).filter(|option| of(family, kind, option))?;
        let set = self.numbers.iter().find(|(l, n, _)| (*l, *n) == (level, name));
        Some(set.map_or(option.default, |(_, _, value)| *value))
    }

    /// The value of an option that every socket which is asked for it has.
    pub(super) fn value(&self, level: u32, name: u32) -> i32 {
        let set = self.numbers.iter().find(|(l, n, _)| (*l, *n) == (level, name));
        set.map(|(_, _, value)| *value).or(find(level, name).map(|option| option.default)).unwrap_or(0)
    }

    /// Whether an option is on.
    pub(super) fn is_on(&self, level: u32, name: u32) -> bool {
        self.value(level, name) != 0
    }

    /// A size in bytes.
    pub(super) fn size(&self, name: u32) -> usize {
        usize::try_from(self.value(SOL_SOCKET, name)).unwrap_or(0)
    }

    /// All that were set, to tell a host's socket.
    pub(super) fn all_set(&self) -> impl Iterator<Item = (u32, u32, i32)> {
        self.numbers.iter().copied()
    }
}
