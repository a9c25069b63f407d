//! Properties of objects that were made here, as far as they can be told without the engine.

use gopherix_abi::{FileType, Stat};

use super::value::{Content, Object, Value};
use crate::gojs::engine::Engine;

/// The property `key`; `None` if only the engine can tell.
pub(super) fn property<E: Engine>(object: &Object<E>, key: &str) -> Option<Value<E>> {
    match &*object.content() {
        Content::Event { id, this, args, result } => match key {
            "id" => Some(Value::Number(f64::from(*id))),
            "this" => Some(this.clone()),
            "args" => Some(args.clone()),
            "result" => Some(result.clone()),
            _ => None,
        },
        Content::Array(items) if key == "length" => Some(Value::Number(length(items.len()))),
        Content::Bytes(bytes) if matches!(key, "length" | "byteLength") => Some(Value::Number(length(bytes.len()))),
        Content::Stat(stat) => stat_property(stat, key),
        Content::Error(error) => match key {
            "code" => Some(Value::string(error.code())),
            "message" => Some(Value::string(&error.message())),
            "errno" => Some(Value::Number(-f64::from(error.errno.number()))),
            "syscall" => Some(Value::string(error.syscall)),
            _ => None,
        },
        _ => None,
    }
}

/// Calls the method `name`; `None` if only the engine can tell.
pub(super) fn method<E: Engine>(object: &Object<E>, name: &str, args: &[Value<E>]) -> Option<Value<E>> {
    match &*object.content() {
        Content::Go if name == "_makeFuncWrapper" => {
            let id = args.first().and_then(Value::number).unwrap_or(0.0);
            Some(Value::object(Content::GoFunc(to_u32(id))))
        }
        Content::Stat(stat) => {
            let kind = stat.kind;
            let answer = match name {
                "isDirectory" => kind == FileType::Directory,
                "isFile" => kind == FileType::Regular,
                "isSymbolicLink" => kind == FileType::Symlink,
                "isFIFO" => kind == FileType::Fifo,
                "isSocket" => matches!(kind, FileType::SocketStream | FileType::SocketDgram),
                "isCharacterDevice" => kind == FileType::CharDevice,
                "isBlockDevice" => kind == FileType::BlockDevice,
                _ => return None,
            };
            Some(Value::Bool(answer))
        }
        _ => None,
    }
}

fn stat_property<E: Engine>(stat: &Stat, key: &str) -> Option<Value<E>> {
    stat_number(stat, key).map(Value::Number)
}

/// A number that `fs.stat` answers.
pub(super) fn stat_number(stat: &Stat, key: &str) -> Option<f64> {
    let number = match key {
        "dev" => to_f64(stat.dev),
        "ino" => to_f64(stat.ino),
        "mode" => f64::from(mode_bits(stat)),
        "nlink" => to_f64(stat.nlink),
        "uid" => f64::from(stat.uid),
        "gid" => f64::from(stat.gid),
        "rdev" => 0.0,
        "size" => to_f64(stat.size),
        "blksize" => 4096.0,
        "blocks" => to_f64(stat.blocks),
        "atimeMs" => millis(stat.atime),
        "mtimeMs" => millis(stat.mtime),
        "ctimeMs" => millis(stat.ctime),
        _ => return None,
    };
    Some(number)
}

/// `st_mode`: the type (`S_IFMT`, inode(7)) and the permission bits.
#[must_use]
pub fn mode_bits(stat: &Stat) -> u32 {
    let kind = match stat.kind {
        FileType::Regular => 0o100_000,
        FileType::Directory => 0o040_000,
        FileType::Symlink => 0o120_000,
        FileType::CharDevice => 0o020_000,
        FileType::BlockDevice => 0o060_000,
        FileType::Fifo => 0o010_000,
        FileType::SocketStream | FileType::SocketDgram => 0o140_000,
        FileType::Unknown => 0,
    };
    kind | u32::from(stat.mode.0)
}

/// Milliseconds since the epoch, with fractions, as Node has them.
#[must_use]
pub fn millis(time: gopherix_abi::Timespec) -> f64 {
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "seconds of any date are far below 2^53")]
    let seconds = time.sec as f64;
    seconds.mul_add(1000.0, f64::from(time.nsec) / 1e6)
}

/// The nearest number.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "JavaScript has no better number for it")]
pub(super) fn to_f64(n: u64) -> f64 {
    n as f64
}

/// As [`to_f64`].
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "Go makes the same of it")]
pub(super) fn signed_to_f64(n: i64) -> f64 {
    n as f64
}

/// A length in memory.
pub(super) fn length(n: usize) -> f64 {
    to_f64(u64::try_from(n).unwrap_or(u64::MAX))
}

/// The integer part of a number, 0 for what is none and saturating at both ends.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
pub(super) fn to_u32(n: f64) -> u32 {
    n as u32
}

/// As [`to_u32`].
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "saturates")]
pub(super) fn to_i64(n: f64) -> i64 {
    n as i64
}
