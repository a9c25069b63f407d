//! `Stat_t` of Go's `syscall` for js, as `setStat` fills it from the numbers of `fs.stat`.
//!
//! Source: `src/syscall/syscall_js.go`, `src/syscall/fs_js.go`.

use super::super::engine::Engine;
use super::super::object::{stat_number, to_i64};
use super::super::value::{Content, Value};

/// Bytes of a `Stat_t`.
pub(super) const STAT_SIZE: u64 = 104;

/// Its fields up to the times, in their order: the property each comes from, and its bytes.
const FIELDS: [(&str, usize); 10] = [
    ("dev", 8),
    ("ino", 8),
    ("mode", 4),
    ("nlink", 4),
    ("uid", 4),
    ("gid", 4),
    ("rdev", 8),
    ("size", 8),
    ("blksize", 4),
    ("blocks", 4),
];
/// Then the times: seconds and nanoseconds of each, by whole milliseconds.
const TIMES: [&str; 3] = ["atimeMs", "mtimeMs", "ctimeMs"];

/// The bytes that go into Go's memory; `None` for what is no attributes, and for numbers that are too large for an `int`, of
/// which Go's releases make different things.
pub(super) fn stat_bytes<E: Engine>(value: &Value<E>) -> Option<Vec<u8>> {
    let Value::Object(object) = value else { return None };
    let content = object.content();
    let Content::Stat(stat) = &*content else { return None };
    let int = |key: &str| stat_number(stat, key).map(to_i64).filter(|n| (i64::MIN + 1..i64::MAX).contains(n));
    let mut bytes = Vec::with_capacity(104);
    for (key, size) in FIELDS {
        // Conversions in Go cut off what is too much.
        bytes.extend_from_slice(int(key)?.to_le_bytes().get(..size)?);
    }
    for key in TIMES {
        let millis = int(key)?;
        let (seconds, rest) = (millis.checked_div(1000)?, millis.checked_rem(1000)?);
        bytes.extend_from_slice(&seconds.to_le_bytes());
        bytes.extend_from_slice(&rest.checked_mul(1_000_000)?.to_le_bytes());
    }
    Some(bytes)
}
