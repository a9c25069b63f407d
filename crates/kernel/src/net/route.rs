//! Which of the host's network guests may use, and so to which network an address belongs.
//!
//! Addresses of the kernel's own network are 127.0.0.0/8 and ::1, and "any" means them too. A connect to one of them goes to the
//! guest that listens there; where none does, to the host if a rule names the address. All others are the host's. What is
//! bound to one of them, or to "any", is reached by guests; by others too if a rule for listening names the port.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use std::collections::VecDeque;

use crate::sync::Lock;

/// Most addresses that are remembered of names.
const MAX_LEARNED: usize = 4096;

/// Port numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl Ports {
    /// All of them.
    pub const ALL: Ports = Ports { first: 0, last: u16::MAX };

    /// Whether a number is one of them.
    #[must_use]
    pub const fn contains(self, port: u16) -> bool {
        self.first <= port && port <= self.last
    }
}

/// Hosts by name or address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostPattern {
    /// All.
    Any,
    /// A name, in lower case and Punycode, without the dot that may end it.
    Name(String),
    /// All names below that one.
    Below(String),
    /// Addresses that agree in their first bits.
    Network(IpAddr, u8),
}

impl HostPattern {
    /// Whether a name is one of them. It is compared without regard to case and a dot at its end.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        match self {
            HostPattern::Any => true,
            HostPattern::Name(granted) => *granted == name,
            HostPattern::Below(granted) => {
                let above = name.strip_suffix(granted.as_str()).and_then(|rest| rest.strip_suffix('.'));
                above.is_some_and(|label| !label.is_empty())
            }
            HostPattern::Network(..) => false,
        }
    }

    /// Whether an address is one of them. `localhost` is every loopback address.
    #[must_use]
    pub fn has_address(&self, ip: IpAddr) -> bool {
        match self {
            HostPattern::Any => true,
            HostPattern::Network(network, prefix) => in_network(ip, *network, *prefix),
            HostPattern::Name(name) => name == "localhost" && ip.is_loopback(),
            HostPattern::Below(_) => false,
        }
    }
}

fn in_network(ip: IpAddr, network: IpAddr, prefix: u8) -> bool {
    let bits = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => u128::from(u32::from(ip)) << 96,
        IpAddr::V6(ip) => u128::from(ip),
    };
    let shift = 128u32.saturating_sub(u32::from(prefix));
    let differ = bits(ip) ^ bits(network);
    ip.is_ipv4() == network.is_ipv4() && differ.checked_shr(shift).unwrap_or(0) == 0
}

/// Something of the host's network that is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Connecting, and sending datagrams, to these hosts and ports.
    Connect(HostPattern, Ports),
    /// Listening, and receiving datagrams, at this address of the host; "any" is all of them.
    Listen(IpAddr, Ports),
}

/// All that is granted.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    /// Addresses that a granted name was resolved to, with the rule that names it; the latest first.
    learned: Lock<VecDeque<(IpAddr, usize)>>,
}

impl Rules {
    /// Nothing but these.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        Rules { rules, learned: Lock::default() }
    }

    /// Whether nothing is granted.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether a guest may connect to an address: it is granted itself, or a granted name was resolved to it.
    #[must_use]
    pub fn connects(&self, to: SocketAddr) -> bool {
        let ip = to.ip().to_canonical();
        let learned = self.learned.lock();
        self.rules.iter().enumerate().any(|(i, rule)| match rule {
            Rule::Connect(host, ports) => {
                ports.contains(to.port()) && (host.has_address(ip) || learned.contains(&(ip, i)))
            }
            Rule::Listen(..) => false,
        })
    }

    /// The host's address at which what a guest binds to `addr` is reached from outside, if a rule says so. A rule's own address
    /// goes before "any" of the guest.
    #[must_use]
    pub fn listens(&self, addr: SocketAddr) -> Option<IpAddr> {
        let ip = addr.ip();
        let at = |rule: &Rule| match rule {
            Rule::Listen(granted, ports) if ports.contains(addr.port()) => match (granted, ip.is_unspecified()) {
                (granted, _) if granted.is_unspecified() => Some(ip),
                (granted, true) => Some(*granted),
                (granted, false) if *granted == ip => Some(ip),
                // A port without an address is the loopback's, in either family.
                (granted, false) if *granted == Ipv4Addr::LOCALHOST && ip.is_loopback() => Some(ip),
                _ => None,
            },
            _ => None,
        };
        self.rules.iter().find_map(at)
    }

    /// Whether a guest may ask for the addresses of a name.
    #[must_use]
    pub fn resolves(&self, name: &str) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::Connect(host, _) if host.has_name(name)))
    }

    /// Whether guests may know the host's interfaces: whoever may do anything there can find them out.
    #[must_use]
    pub fn tells_interfaces(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::Connect(HostPattern::Any, _) | Rule::Listen(..)))
    }

    /// Remembers what a name was resolved to.
    pub fn learn(&self, name: &str, addresses: &[IpAddr]) {
        let mut learned = self.learned.lock();
        for (i, rule) in self.rules.iter().enumerate() {
            if !matches!(rule, Rule::Connect(host, _) if host.has_name(name)) {
                continue;
            }
            for ip in addresses {
                let fact = (ip.to_canonical(), i);
                if !learned.contains(&fact) {
                    learned.truncate(MAX_LEARNED.saturating_sub(1));
                    learned.push_front(fact);
                }
            }
        }
    }
}
