//! Arguments of `fs` calls: what Node takes, as the kernel takes it.

use gopherix_abi::{Access, Fd, Mode, SetTime, Timespec};
use gopherix_kernel::SysResult;

use super::object;
use crate::gojs::Gojs;
use crate::gojs::engine::Engine;
use crate::gojs::error::FsError;
use crate::gojs::intrinsic::FsOp;
use crate::gojs::js::with_bytes;
use crate::gojs::value::Value;

/// An argument that no such call takes.
pub(in crate::gojs) struct Bad(String);

impl Bad {
    pub(super) fn argument(name: &str, expected: &str) -> Self {
        Bad(format!("The \"{name}\" argument must be {expected}."))
    }

    pub(super) fn thrown<E: Engine>(&self, engine: &E) -> Value<E> {
        engine.type_error(&self.0)
    }
}

/// The arguments of one call.
pub(super) struct Arguments<'a, E: Engine> {
    pub(super) gojs: &'a Gojs<E>,
    pub(super) op: FsOp,
    values: &'a [Value<E>],
}

impl<'a, E: Engine> Arguments<'a, E> {
    pub(super) fn new(gojs: &'a Gojs<E>, op: FsOp, values: &'a [Value<E>]) -> Self {
        Arguments { gojs, op, values }
    }

    pub(super) fn get(&self, at: usize) -> &Value<E> {
        self.values.get(at).unwrap_or(&Value::Undefined)
    }

    /// A path: a string, or its bytes in a `Uint8Array`.
    pub(super) fn path(&self, at: usize) -> Result<Vec<u8>, Bad> {
        let value = self.get(at);
        let path = match value {
            Value::String(text) => Some(text.as_bytes().to_vec()),
            Value::Engine(inner) => self.gojs.engine.text(inner).map(String::into_bytes),
            _ => None,
        };
        let path = path.or_else(|| with_bytes(self.gojs, value, |bytes| bytes.to_vec()));
        let path = path.ok_or_else(|| Bad::argument("path", "of type string or an instance of Uint8Array"))?;
        if path.contains(&0) {
            return Err(Bad::argument("path", "a string without null bytes"));
        }
        Ok(path)
    }

    /// A number; Node takes integers only, and so do the casts behind this.
    pub(super) fn number(&self, at: usize, name: &str) -> Result<f64, Bad> {
        self.get(at).number().ok_or_else(|| Bad::argument(name, "of type number"))
    }

    pub(super) fn u32(&self, at: usize, name: &str) -> Result<u32, Bad> {
        let number = self.number(at, name)?;
        if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) {
            Ok(object::to_u32(number))
        } else {
            Err(Bad::argument(name, "an integer from 0 to 4294967295"))
        }
    }

    /// A descriptor. Node throws at negative ones, which Go does not expect: here they are just not open.
    pub(super) fn fd(&self, at: usize) -> Result<Fd, Bad> {
        if self.get(at).number().is_some_and(|number| number < 0.0 && number.fract() == 0.0) {
            return Ok(Fd(u32::MAX));
        }
        self.u32(at, "fd").map(Fd)
    }

    /// Permission bits: a number, or one in octal.
    pub(super) fn mode(&self, at: usize, default: Option<Mode>) -> Result<Mode, Bad> {
        let bits = match (self.get(at), default) {
            (Value::Undefined | Value::Null, Some(default)) => return Ok(default),
            (Value::String(text), _) => u32::from_str_radix(text, 8).map_err(|_| Bad::argument("mode", "octal"))?,
            _ => self.u32(at, "mode")?,
        };
        Ok(Mode(u16::try_from(bits & 0o7777).unwrap_or(0)))
    }

    /// A user or group; -1, as which chown(2) leaves it, also in 32 bits.
    pub(super) fn owner(&self, at: usize) -> Result<Option<u32>, Bad> {
        let number = self.number(at, "id")?;
        if number == -1.0 {
            return Ok(None);
        }
        let id = self.u32(at, "id")?;
        Ok(Some(id).filter(|id| *id != u32::MAX))
    }

    pub(super) fn access(&self, at: usize) -> Result<Access, Bad> {
        match self.get(at) {
            Value::Undefined | Value::Null => Ok(Access::empty()),
            _ => Ok(Access::from_bits_truncate(u16::try_from(self.u32(at, "mode")? & 7).unwrap_or(0))),
        }
    }

    /// A size of a file. Node takes negative ones for 0, Linux does not: the kernel answers EINVAL.
    pub(super) fn size(&self, at: usize) -> Result<u64, Bad> {
        match self.get(at) {
            Value::Undefined | Value::Null => Ok(0),
            _ => Ok(u64::try_from(object::to_i64(self.number(at, "len")?)).unwrap_or(u64::MAX)),
        }
    }

    /// A time in seconds since the epoch, with fractions.
    pub(super) fn time(&self, at: usize) -> Result<SetTime, Bad> {
        let seconds = self.number(at, "time")?;
        if !seconds.is_finite() {
            return Err(Bad::argument("time", "a finite number"));
        }
        let whole = seconds.floor();
        let nsec = object::to_u32((seconds - whole) * 1e9).min(999_999_999);
        Ok(SetTime::At(Timespec { sec: object::to_i64(whole), nsec }))
    }

    /// The answer, its error in Node's form.
    pub(super) fn answer(&self, answer: SysResult<Value<E>>) -> Result<Value<E>, FsError> {
        answer.map_err(|e| {
            let path = |at: usize| self.path(at).ok().map(|path| String::from_utf8_lossy(&path).into());
            let (first, second) = match self.op {
                FsOp::Link | FsOp::Rename | FsOp::Symlink => (path(0), path(1)),
                FsOp::Access
                | FsOp::Chmod
                | FsOp::Chown
                | FsOp::Lchown
                | FsOp::Lstat
                | FsOp::Lutimes
                | FsOp::Mkdir
                | FsOp::Open
                | FsOp::Readdir
                | FsOp::Readlink
                | FsOp::Rmdir
                | FsOp::Stat
                | FsOp::Truncate
                | FsOp::Unlink
                | FsOp::Utimes => (path(0), None),
                _ => (None, None),
            };
            FsError { errno: e.errno, syscall: syscall(self.op), path: first, dest: second }
        })
    }
}

/// The call's name in libuv, where it is another.
fn syscall(op: FsOp) -> &'static str {
    match op {
        FsOp::Readdir => "scandir",
        FsOp::Utimes => "utime",
        FsOp::Futimes => "futime",
        FsOp::Lutimes => "lutime",
        // Node opens the file and truncates that.
        FsOp::Truncate => "open",
        op => op.name(),
    }
}
