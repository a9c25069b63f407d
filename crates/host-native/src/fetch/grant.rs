//! Which hosts programs may reach.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use url::{Host, Url};

/// Which hosts programs may reach: none, unless granted.
///
/// The host and port of a URL are looked at, before each request and again for each redirection. What a granted name
/// resolves to is the business of whoever granted it: `localhost`, an address of the local network, anything. A grant of an
/// address is no grant of the names that lead to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetPolicy(Vec<NetGrant>);

impl NetPolicy {
    /// Every host and port.
    #[must_use]
    pub fn everything() -> Self {
        NetPolicy(vec![NetGrant { host: Pattern::Any, port: None }])
    }

    /// Whether no host can be reached.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a host and port may be reached.
    #[must_use]
    pub fn allows(&self, host: &Host<&str>, port: u16) -> bool {
        self.0.iter().any(|grant| grant.host.matches(host) && grant.port.is_none_or(|granted| granted == port))
    }

    /// # Errors
    /// A sentence for the program, if the URL leads where it may not go.
    pub(super) fn check(&self, url: &Url) -> Result<(), String> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(format!("{url} names no host"));
        };
        if self.allows(&host, port) {
            return Ok(());
        }
        Err(format!("{host}:{port} is not granted to this program; run it with --net={host}:{port}"))
    }
}

impl FromIterator<NetGrant> for NetPolicy {
    fn from_iter<I: IntoIterator<Item = NetGrant>>(grants: I) -> Self {
        NetPolicy(grants.into_iter().collect())
    }
}

/// Hosts and ports by a pattern, `HOST[:PORT]`; without a port, all of them.
///
/// The host is a name; `*.NAME`, which is every name below that one, but not itself; an IPv4 address; an IPv6 address, in
/// brackets if a port follows; or `*`, which is every host. Names and addresses may be written as in URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetGrant {
    host: Pattern,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Any,
    /// In lower case and Punycode, as the following.
    Name(String),
    /// Names that end in a dot and this.
    Below(String),
    Address(IpAddr),
}

impl Pattern {
    fn matches(&self, host: &Host<&str>) -> bool {
        match (self, host) {
            (Pattern::Any, _) => true,
            (Pattern::Name(granted), Host::Domain(name)) => granted == absolute(name),
            (Pattern::Below(granted), Host::Domain(name)) => {
                let above = absolute(name).strip_suffix(granted.as_str()).and_then(|rest| rest.strip_suffix('.'));
                above.is_some_and(|label| !label.is_empty())
            }
            (Pattern::Address(granted), Host::Ipv4(address)) => granted == address,
            (Pattern::Address(granted), Host::Ipv6(address)) => granted == address,
            (Pattern::Name(_) | Pattern::Below(_), Host::Ipv4(_) | Host::Ipv6(_)) => false,
            (Pattern::Address(_), Host::Domain(_)) => false,
        }
    }
}

/// A name without the dot that may end it.
fn absolute(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Pattern::Any);
        }
        let (is_below, rest) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        // An address without brackets is taken too: nothing else has two colons.
        let bracketed =
            if rest.contains(':') && !rest.starts_with('[') { format!("[{rest}]") } else { rest.to_owned() };
        let host = Host::parse(&bracketed).map_err(|e| format!("{text:?} is no host: {e}"))?;
        match host {
            Host::Domain(name) if name.contains('*') => {
                Err(format!("{text:?}: a * may only stand for whole names in front"))
            }
            Host::Domain(name) if absolute(&name).is_empty() => Err(format!("{text:?} is no host")),
            Host::Domain(name) if is_below => Ok(Pattern::Below(absolute(&name).to_owned())),
            Host::Domain(name) => Ok(Pattern::Name(absolute(&name).to_owned())),
            Host::Ipv4(_) | Host::Ipv6(_) if is_below => Err(format!("{text:?}: no names are below an address")),
            Host::Ipv4(address) => Ok(Pattern::Address(address.into())),
            Host::Ipv6(address) => Ok(Pattern::Address(address.into())),
        }
    }
}

impl FromStr for NetGrant {
    type Err = String;

    fn from_str(spec: &str) -> Result<Self, String> {
        if spec.contains("//") {
            return Err(format!("{spec:?} is a URL; a host is wanted (HOST[:PORT])"));
        }
        let (host, port) = match spec.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
            _ => (spec, None),
        };
        if host.is_empty() {
            return Err("the host is missing (HOST[:PORT])".into());
        }
        let port = match port.map(str::parse) {
            Some(Ok(0) | Err(_)) => return Err(format!("{spec:?}: a port is a number from 1 to 65535")),
            Some(Ok(port)) => Some(port),
            None => None,
        };
        Ok(NetGrant { host: host.parse()?, port })
    }
}

impl fmt::Display for NetGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Pattern::Any => f.write_str("*")?,
            Pattern::Name(name) => f.write_str(name)?,
            Pattern::Below(name) => write!(f, "*.{name}")?,
            Pattern::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
            Pattern::Address(IpAddr::V4(address)) => write!(f, "{address}")?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
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
        assert_eq!(NetPolicy::everything(), ["*".parse().unwrap()].into_iter().collect());
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
        for spec in ["http://example.org", "example.org/path", "a b", "[::1", "1:2:3", "user@example.org", "."] {
            assert!(spec.parse::<NetGrant>().is_err(), "{spec}");
        }
    }

    #[test]
    fn patterns_show_as_they_are_written() {
        for spec in ["*", "*:443", "example.org", "*.example.org:80", "127.0.0.1:1", "[::1]", "[::1]:65535"] {
            assert_eq!(spec.parse::<NetGrant>().unwrap().to_string(), spec);
        }
    }
}
