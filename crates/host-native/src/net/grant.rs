//! Which of the host's network programs may use: the grammar of `--net`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use gopherix_kernel::net::{HostPattern, PortPattern, Rule, Rules};
use url::{Host, Url};

/// Which of the host's network programs may use: nothing, unless granted.
///
/// Of a URL, host and port are looked at, before each request and again for each redirection. What a granted name resolves to is the
/// business of whoever granted it: `localhost`, an address of the local network, anything. For `fetch`, a grant of an address
/// is no grant of the names that lead to it; sockets know addresses only, so there a granted name is what it was resolved to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetPolicy(Vec<NetGrant>);

impl NetPolicy {
    /// Every host and port, and listening everywhere.
    #[must_use]
    pub fn everything() -> Self {
        NetPolicy(vec![NetGrant::Everything])
    }

    /// Whether nothing is granted.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a URL's host and port may be reached.
    #[must_use]
    pub fn allows(&self, host: &Host<&str>, port: u16) -> bool {
        self.0.iter().any(|grant| match grant {
            NetGrant::Everything => true,
            NetGrant::Connect(granted, ports) => ports.contains(port) && has(granted, host),
            NetGrant::Listen(..) => false,
        })
    }

    /// The same for a kernel's sockets.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let any = IpAddr::from(Ipv6Addr::UNSPECIFIED);
        let rules = self.0.iter().flat_map(|grant| match grant.clone() {
            NetGrant::Everything => {
                vec![Rule::Connect(HostPattern::Any, PortPattern::ALL), Rule::Listen(any, PortPattern::ALL)]
            }
            NetGrant::Connect(host, ports) => vec![Rule::Connect(host, ports)],
            NetGrant::Listen(at, ports) => vec![Rule::Listen(at, ports)],
        });
        Rules::new(rules.collect())
    }

    /// # Errors
    /// A sentence for the program, if the URL leads where it may not go.
    pub(crate) fn check(&self, url: &Url) -> Result<(), String> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(format!("{url} names no host"));
        };
        if self.allows(&host, port) {
            return Ok(());
        }
        Err(format!("{host}:{port} is not granted to this program; run it with --net={host}:{port}"))
    }
}

fn has(granted: &HostPattern, host: &Host<&str>) -> bool {
    let is_by_address = matches!(granted, HostPattern::Any | HostPattern::Network(..));
    match host {
        Host::Domain(name) => granted.has_name(name),
        Host::Ipv4(ip) => is_by_address && granted.has_address((*ip).into()),
        Host::Ipv6(ip) => is_by_address && granted.has_address((*ip).into()),
    }
}

impl FromIterator<NetGrant> for NetPolicy {
    fn from_iter<I: IntoIterator<Item = NetGrant>>(grants: I) -> Self {
        NetPolicy(grants.into_iter().collect())
    }
}

/// Something that is granted: `all`, `[connect:]HOST[:PORT]` or `listen:[ADDR:]PORT`.
///
/// The host is a name; `*.NAME`, which is every name below that one, but not itself; an address or a network (`10.0.0.0/8`), if it is
/// IPv6 in brackets where a port follows; or `*`, which is every host. Names and addresses may be written as in URLs. A port
/// is a number, a range (`8000-8999`) or `*`; without one it is all of them. What listens without an address does so at the loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetGrant {
    /// All of the network.
    Everything,
    /// To reach hosts.
    Connect(HostPattern, PortPattern),
    /// To be reached at an address of the host.
    Listen(IpAddr, PortPattern),
}

/// A name without the dot that may end it.
fn absolute(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

fn host(text: &str) -> Result<HostPattern, String> {
    if text == "*" {
        return Ok(HostPattern::Any);
    }
    if let Some((network, prefix)) = text.rsplit_once('/') {
        return self::network(network, prefix).ok_or(format!("{text:?} is no network (ADDRESS/BITS)"));
    }
    let (is_below, rest) = match text.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    // An address without brackets is taken too: nothing else has two colons.
    let bracketed = if rest.contains(':') && !rest.starts_with('[') { format!("[{rest}]") } else { rest.to_owned() };
    let host = Host::parse(&bracketed).map_err(|e| format!("{text:?} is no host: {e}"))?;
    match host {
        Host::Domain(name) if name.contains('*') => {
            Err(format!("{text:?}: a * may only stand for whole names in front"))
        }
        Host::Domain(name) if absolute(&name).is_empty() => Err(format!("{text:?} is no host")),
        Host::Domain(name) if is_below => Ok(HostPattern::Below(absolute(&name).to_owned())),
        Host::Domain(name) => Ok(HostPattern::Name(absolute(&name).to_owned())),
        Host::Ipv4(_) | Host::Ipv6(_) if is_below => Err(format!("{text:?}: no names are below an address")),
        Host::Ipv4(address) => Ok(HostPattern::Network(address.into(), 32)),
        Host::Ipv6(address) => Ok(HostPattern::Network(address.into(), 128)),
    }
}

fn network(address: &str, prefix: &str) -> Option<HostPattern> {
    let plain = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    let address: IpAddr = plain.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.parse().ok().filter(|prefix| *prefix <= most)?;
    Some(HostPattern::Network(address, prefix))
}

fn ports(text: &str) -> Result<PortPattern, String> {
    let one = |text: &str| text.parse().ok().filter(|port: &u16| *port > 0);
    let range = match text.split_once('-') {
        _ if text == "*" => return Ok(PortPattern::ALL),
        Some((first, last)) => one(first).zip(one(last)),
        None => one(text).zip(one(text)),
    };
    match range {
        Some((first, last)) if first <= last => Ok(PortPattern { first, last }),
        _ => Err(format!("{text:?}: a port is a number from 1 to 65535, a range of them or *")),
    }
}

fn connect(spec: &str) -> Result<NetGrant, String> {
    let (name, port) = match spec.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') || host.contains("]/") => (host, Some(port)),
        _ => (spec, None),
    };
    if name.is_empty() {
        return Err("the host is missing (HOST[:PORT])".into());
    }
    Ok(NetGrant::Connect(host(name)?, port.map_or(Ok(PortPattern::ALL), ports)?))
}

fn listen(spec: &str) -> Result<NetGrant, String> {
    let Some((address, port)) = spec.rsplit_once(':') else {
        return Ok(NetGrant::Listen(Ipv4Addr::LOCALHOST.into(), ports(spec)?));
    };
    let plain = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    let at = match plain {
        "" | "*" => IpAddr::from(Ipv6Addr::UNSPECIFIED),
        "localhost" => Ipv4Addr::LOCALHOST.into(),
        plain => plain.parse().map_err(|_| format!("{address:?} is no address to listen at (ADDR:PORT)"))?,
    };
    Ok(NetGrant::Listen(at, ports(port)?))
}

impl FromStr for NetGrant {
    type Err = String;

    fn from_str(spec: &str) -> Result<Self, String> {
        if spec.contains("//") {
            return Err(format!("{spec:?} is a URL; a host is wanted (HOST[:PORT])"));
        }
        match (spec, spec.split_once(':')) {
            ("all", _) => Ok(NetGrant::Everything),
            (_, Some(("listen", rest))) => listen(rest),
            (_, Some(("connect", rest))) => connect(rest),
            _ => connect(spec),
        }
    }
}

impl fmt::Display for NetGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, ports) = match self {
            NetGrant::Everything => return f.write_str("all"),
            NetGrant::Connect(host, ports) => (host, ports),
            NetGrant::Listen(at, ports) => {
                return match (*at == Ipv4Addr::LOCALHOST, at.is_ipv4()) {
                    (true, _) => write!(f, "listen:{}", Shown(*ports)),
                    (false, true) => write!(f, "listen:{at}:{}", Shown(*ports)),
                    (false, false) => write!(f, "listen:[{at}]:{}", Shown(*ports)),
                };
            }
        };
        match host {
            HostPattern::Any => f.write_str("*")?,
            HostPattern::Name(name) => f.write_str(name)?,
            HostPattern::Below(name) => write!(f, "*.{name}")?,
            HostPattern::Network(IpAddr::V6(address), 128) => write!(f, "[{address}]")?,
            HostPattern::Network(IpAddr::V6(address), prefix) => write!(f, "[{address}]/{prefix}")?,
            HostPattern::Network(IpAddr::V4(address), 32) => write!(f, "{address}")?,
            HostPattern::Network(IpAddr::V4(address), prefix) => write!(f, "{address}/{prefix}")?,
        }
        if *ports == PortPattern::ALL { Ok(()) } else { write!(f, ":{}", Shown(*ports)) }
    }
}

struct Shown(PortPattern);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PortPattern { first, last } = self.0;
        match (self.0 == PortPattern::ALL, first == last) {
            (true, _) => f.write_str("*"),
            (_, true) => write!(f, "{first}"),
            (_, false) => write!(f, "{first}-{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(grants: &[&str], url: &str) -> bool {
        let policy: NetPolicy = grants.iter().map(|grant| grant.parse::<NetGrant>().unwrap()).collect();
        policy.check(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn nothing_is_granted_unless_told() {
        assert!(NetPolicy::default().is_nothing());
        assert!(!granted(&[], "http://localhost/"));
        let refusal = NetPolicy::default().check(&Url::parse("https://example.org/x").unwrap()).unwrap_err();
        assert_eq!(refusal, "example.org:443 is not granted to this program; run it with --net=example.org:443");
    }

    #[test]
    fn everything_is_a_star() {
        assert_eq!(NetPolicy::everything(), ["all".parse().unwrap()].into_iter().collect());
        assert!(granted(&["all"], "http://[::1]:8080/"));
        assert!(granted(&["*"], "http://[::1]:8080/"));
        assert!(granted(&["*"], "https://example.org/"));
        assert!(granted(&["*:443"], "https://example.org/"));
        assert!(!granted(&["*:443"], "http://example.org/"));
    }

    #[test]
    fn names_are_whole_names_in_any_case() {
        assert!(granted(&["Example.org"], "http://EXAMPLE.ORG/"));
        assert!(granted(&["example.org"], "http://example.org./"));
        assert!(granted(&["example.org."], "http://example.org/"));
        assert!(granted(&["bücher.example"], "http://xn--bcher-kva.example/"));
        assert!(!granted(&["example.org"], "http://www.example.org/"));
        assert!(!granted(&["example.org"], "http://example.org.evil.test/"));
        assert!(!granted(&["example.org"], "http://notexample.org/"));
        assert!(!granted(&["example.org"], "http://example.org@evil.test/"));
    }

    #[test]
    fn wildcards_are_names_below() {
        assert!(granted(&["*.example.org"], "http://a.b.example.org/"));
        assert!(!granted(&["*.example.org"], "http://example.org/"));
        assert!(!granted(&["*.example.org"], "http://notexample.org/"));
        assert!(!granted(&["*.example.org"], "http://127.0.0.1/"));
    }

    #[test]
    fn addresses_are_compared_by_value() {
        assert!(granted(&["127.0.0.1"], "http://127.1/"));
        assert!(granted(&["127.0.0.1"], "http://2130706433/"));
        assert!(granted(&["::1"], "http://[0:0:0:0:0:0:0:1]/"));
        assert!(granted(&["[::1]:8080"], "http://[::1]:8080/"));
        assert!(!granted(&["[::1]:8080"], "http://[::1]/"));
        assert!(!granted(&["127.0.0.1"], "http://localhost/"));
        assert!(!granted(&["localhost"], "http://127.0.0.1/"));
        assert!(!granted(&["127.0.0.1"], "http://[::ffff:127.0.0.1]/"));
    }

    #[test]
    fn ports_are_those_of_the_scheme_unless_given() {
        assert!(granted(&["example.org:80"], "http://example.org/"));
        assert!(granted(&["example.org:443"], "https://example.org/"));
        assert!(!granted(&["example.org:443"], "https://example.org:8443/"));
        assert!(granted(&["a.test", "example.org:8443"], "https://example.org:8443/"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for spec in
            ["", ":80", "*.", "*.1.2.3.4", "a.*.org", "*x.org", "example.org:0", "example.org:x", "example.org:65536"]
        {
            assert!(spec.parse::<NetGrant>().is_err(), "{spec}");
        }
        for spec in ["10.0.0.0/33", "x/8", "listen:", "listen:host:80", "a:9-1", "connect:"] {
            assert!(spec.parse::<NetGrant>().is_err(), "{spec}");
        }
        for spec in ["http://example.org", "example.org/path", "a b", "[::1", "1:2:3", "user@example.org", "."] {
            assert!(spec.parse::<NetGrant>().is_err(), "{spec}");
        }
    }

    #[test]
    fn networks_and_ranges() {
        assert!(granted(&["10.0.0.0/8:443"], "https://10.9.8.7/"));
        assert!(!granted(&["10.0.0.0/8:443"], "https://11.0.0.1/"));
        assert!(granted(&["connect:[fd00::]/8:80-90"], "http://[fd12::1]:85/"));
        assert!(!granted(&["connect:[fd00::]/8:80-90"], "http://[fd12::1]:91/"));
        assert!(granted(&["0.0.0.0/0"], "http://8.8.8.8/") && !granted(&["0.0.0.0/0"], "http://[::1]/"));
        assert!(!granted(&["listen:80"], "http://127.0.0.1/"));
    }

    #[test]
    fn sockets_are_granted_addresses() {
        let rules =
            |specs: &[&str]| specs.iter().map(|spec| spec.parse::<NetGrant>().unwrap()).collect::<NetPolicy>().rules();
        let at = |text: &str| text.parse().unwrap();
        let listens = |spec: &str, addr| rules(&[spec]).listens(at(addr)).map(|ip| ip.to_string());
        assert_eq!(listens("listen:80", "127.0.0.1:80").as_deref(), Some("127.0.0.1"));
        assert_eq!(listens("listen:80", "0.0.0.0:80").as_deref(), Some("127.0.0.1"));
        assert_eq!(listens("listen:80", "[::1]:80").as_deref(), Some("::1"));
        assert_eq!(listens("listen:80", "192.0.2.1:80"), None);
        assert_eq!(listens("listen:0.0.0.0:80", "0.0.0.0:80").as_deref(), Some("0.0.0.0"));
        assert_eq!(listens("listen:0.0.0.0:80", "0.0.0.0:81"), None);
        assert_eq!(listens("listen:192.0.2.1:1-99", "[::]:80").as_deref(), Some("192.0.2.1"));
        assert_eq!(listens("all", "[::]:0").as_deref(), Some("::"));
        assert_eq!(listens("*", "127.0.0.1:80"), None);
        assert!(rules(&["localhost:5432"]).connects(at("127.0.0.1:5432")));
        assert!(!rules(&["localhost:5432"]).connects(at("127.0.0.1:5433")));
        let named = rules(&["db.example:5432"]);
        assert!(!named.connects(at("192.0.2.1:5432")) && named.resolves("DB.example."));
        named.learn("db.example", &["192.0.2.1".parse().unwrap()]);
        assert!(named.connects(at("192.0.2.1:5432")) && !named.connects(at("192.0.2.1:80")));
    }

    #[test]
    fn patterns_show_as_they_are_written() {
        for spec in ["all", "listen:80", "listen:0.0.0.0:1-9", "listen:[::1]:80", "10.0.0.0/8:443", "[fd00::]/8"] {
            assert_eq!(spec.parse::<NetGrant>().unwrap().to_string(), spec);
        }
        for spec in ["*", "*:443", "example.org", "*.example.org:80", "127.0.0.1:1", "[::1]", "[::1]:65535"] {
            assert_eq!(spec.parse::<NetGrant>().unwrap().to_string(), spec);
        }
    }
}
