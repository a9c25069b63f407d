//! Values of flags: grants, sizes, times.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail};

/// A host directory and where it appears: `HOST[::GUEST][:ro]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// On the host.
    pub(crate) host: PathBuf,
    /// In the guest; its own absolute path if `None`.
    pub(crate) guest: Option<String>,
    /// Whether it may not be changed.
    pub(crate) read_only: bool,
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(spec: &str) -> Result<Self, String> {
        let (spec, read_only) = match spec.strip_suffix(":ro") {
            Some(rest) => (rest, true),
            None => (spec.strip_suffix(":rw").unwrap_or(spec), false),
        };
        let (host, guest) = match spec.split_once("::") {
            Some((host, guest)) => (host, Some(guest)),
            None => (spec, None),
        };
        if host.is_empty() {
            return Err("the host directory is missing (HOST[::GUEST][:ro])".into());
        }
        if let Some(guest) = guest.filter(|guest| !guest.starts_with('/')) {
            return Err(format!("the guest directory must be an absolute path, not {guest:?}"));
        }
        Ok(Grant { host: host.into(), guest: guest.map(Into::into), read_only })
    }
}

impl Grant {
    /// Where it appears in the guest.
    pub(crate) fn point(&self) -> anyhow::Result<String> {
        if let Some(guest) = &self.guest {
            return Ok(guest.clone());
        }
        let path =
            self.host.canonicalize().with_context(|| format!("cannot open the directory {}", self.host.display()))?;
        match path.into_os_string().into_string() {
            Ok(path) => Ok(path),
            Err(path) => bail!("{} is not UTF-8; name a guest directory (HOST::GUEST)", path.display()),
        }
    }
}

/// `K=V`, or `K` alone to pass on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    /// The name.
    pub(crate) name: String,
    /// The value; this process' own if `None`.
    pub(crate) value: Option<String>,
}

impl FromStr for Variable {
    type Err = String;

    fn from_str(spec: &str) -> Result<Self, String> {
        let (name, value) = match spec.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (spec, None),
        };
        if name.is_empty() {
            Err("the variable's name is missing".into())
        } else {
            Ok(Variable { name: name.into(), value })
        }
    }
}

/// `HOST:PORT`, or `:PORT` and `PORT` on every address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listen(pub(crate) Vec<SocketAddr>);

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&addresses.join(" or "))
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(spec: &str) -> Result<Self, String> {
        let spec = match (spec.parse::<u16>(), spec.strip_prefix(':')) {
            (Ok(port), _) => format!("0.0.0.0:{port}"),
            (_, Some(port)) => format!("0.0.0.0:{port}"),
            _ => spec.to_owned(),
        };
        match spec.to_socket_addrs() {
            Ok(addresses) => Ok(Listen(addresses.collect())),
            Err(e) => Err(format!("not an address (HOST:PORT): {e}")),
        }
    }
}

/// A size in bytes with an optional unit: K, M, G (powers of 1024), with or without `iB`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| "a size is a number with an optional K, M or G".to_string())?;
    let shift: u32 = match unit.to_ascii_lowercase().trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err(format!("unknown unit {unit:?}; use K, M or G")),
    };
    number.checked_mul(1u64 << shift).ok_or_else(|| "that is more than there is".into())
}

/// A time with its unit: `500ms`, `10s`, `1.5m`, `1h`; a bare number is seconds.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| "a time is a number with ms, s, m or h".to_string())?;
    let scale = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("unknown unit {unit:?}; use ms, s, m or h")),
    };
    let time = Duration::try_from_secs_f64(number * scale).map_err(|e| e.to_string())?;
    if time.is_zero() { Err("a limit must be more than nothing".into()) } else { Ok(time) }
}

/// An absolute path in the guest.
pub(crate) fn guest_path(text: &str) -> Result<String, String> {
    if text.starts_with('/') { Ok(text.into()) } else { Err("it must be an absolute path in the guest".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_have_three_parts() {
        let grant: Grant = "data::/in:ro".parse().unwrap();
        assert_eq!(grant, Grant { host: "data".into(), guest: Some("/in".into()), read_only: true });
        let grant: Grant = ".".parse().unwrap();
        assert_eq!(grant, Grant { host: ".".into(), guest: None, read_only: false });
        assert!("data::in".parse::<Grant>().is_err());
        assert!("::/in".parse::<Grant>().is_err());
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("64M"), Ok(64 << 20));
        assert_eq!(size("1GiB"), Ok(1 << 30));
        assert_eq!(size("7"), Ok(7));
        assert!(size("M").is_err());
        assert!(size("1T").is_err());
        assert!(size("99999999999G").is_err());
    }

    #[test]
    fn times_have_units() {
        assert_eq!(time("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(time("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(time("2"), Ok(Duration::from_secs(2)));
        assert!(time("2d").is_err());
        assert!(time("0").is_err());
        assert!(time("").is_err());
    }
}
