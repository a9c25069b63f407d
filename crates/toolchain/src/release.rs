//! Releases of Go, and which of them the port is tested with.

use std::fmt;

/// Minor releases of Go 1 that the rules are tested with.
pub const TESTED: [u32; 3] = [25, 26, 27];

/// A minor release of Go 1, such as the 27 of `go1.27.3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(pub u32);

impl Release {
    /// Of what `go env GOVERSION` says; `None` for what is not Go 1, such as `devel go1.28-abcdef` without a number to trust.
    #[must_use]
    pub fn parse(version: &str) -> Option<Self> {
        let rest = version.strip_prefix("go1.")?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end)?.parse().ok().map(Self)
    }

    /// Whether the rules are tested with it.
    #[must_use]
    pub fn is_tested(self) -> bool {
        TESTED.contains(&self.0)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_releases_are_read() {
        assert_eq!(Release::parse("go1.27.3"), Some(Release(27)));
        assert_eq!(Release::parse("go1.28rc1"), Some(Release(28)));
        assert_eq!(Release::parse("go1.26-custom X:foo"), Some(Release(26)));
        assert_eq!(Release::parse("devel go1.28-0123456789"), None);
        assert_eq!(Release::parse("go1."), None);
    }
}
