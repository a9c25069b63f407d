//! Whose process this is on the host: ids and umask.

use std::fs::read_to_string;

use gopherix_abi::Mode;
use gopherix_kernel::task::Credentials;
use rustix::process::{self, Gid};

use crate::HostError;

/// The effective user and groups, which the host judges file accesses by.
///
/// # Errors
/// As getgroups(2).
pub fn credentials() -> Result<Credentials, HostError> {
    let groups = process::getgroups().map_err(|e| HostError::io("cannot tell the user's groups")(e.into()))?;
    let (uid, gid) = (process::geteuid().as_raw(), process::getegid().as_raw());
    Ok(Credentials { uid, gid, groups: groups.into_iter().map(Gid::as_raw).collect() })
}

/// The umask, which umask(2) tells only by changing it; `None` without a `/proc`.
#[must_use]
pub fn umask() -> Option<Mode> {
    parse_umask(&read_to_string("/proc/self/status").ok()?)
}

fn parse_umask(status: &str) -> Option<Mode> {
    let value = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
    u16::from_str_radix(value.trim(), 8).ok().map(Mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_umask_is_read_from_status() {
        assert_eq!(parse_umask("Name:\tx\nUmask:\t0027\nState:\tR\n"), Some(Mode(0o27)));
        assert_eq!(parse_umask("Name:\tx\nState:\tR\n"), None);
        assert!(umask().is_none_or(|mask| mask.0 <= 0o777));
    }
}
