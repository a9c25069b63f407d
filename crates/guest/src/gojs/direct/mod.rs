//! Calls of Go's `syscall` package that are answered before they get to `syscall/js`.
//!
//! Go makes a function, an event and some thirty values of one call of `fs`, lets its goroutine sleep and wakes it again. None
//! of that is needed where no script can see the call: a home may ask [`direct()`] at the head of the functions in [`DIRECT`],
//! with Go's stack as it is there, and return from them at once if the answer is `true`. The results are in the frame then, with
//! a nil error. `false` says that the function's own body must run: nothing has happened, or what has is kept for that body
//! ([`Shortcut`]), so that each system call is made once whichever way it is asked for.
//!
//! The calls are those of [`fs`](super::fs), with arguments read from Go's memory instead of the value table
//! ([`arguments`]). There are no more functions in the table than these:
//!
//! - `fsCall`, for what has a number or nothing for an answer. Its arguments are plain Go values, and no JavaScript value comes
//!   back, so what Go does around it (paths, `Open`, `Unlink`, …) costs little.
//! - `Stat`, `Lstat`, `Fstat` and `Readlink`, whose answer is an object or string for `fsCall`, which Go must own.
//! - `Pread` and `Pwrite`, which copy through a `Uint8Array`. Not `Read` and `Write`: these keep the file's position, and
//!   whether it was set by `Seek`, in a Go map beside the kernel's; only their `fsCall` says which of the two counts. Not `Open`
//!   and `Close`, which write to that map.
//! - What `Open` does between its call and that map, in answers that Go need not own ([`open`]): `fsCall` of `fstat`, and
//!   `js.Value.Call` of `path.resolve`.
//!
//! Why, and what must not change by it: RATIONALE.md, "Why do some functions of a GOOS=js program never enter JavaScript?".
//!
//! Frames are those of Go's stack ABI: the return address at 0, arguments from 8 on, then results. An `error` is two words.
//!
//! Source: `src/syscall/fs_js.go` and `src/syscall/syscall_js.go` of Go 1.18 to 1.27, where these functions differ only in that
//! `Pread` until 1.24 also clears what is behind the bytes it has read, and `Open` once asked for `process.cwd` rather than
//! `path.resolve`.

mod arguments;
mod open;
mod shortcut;
mod stat;

use gopherix_abi::{Errno, Fd, RwFlags};
use gopherix_kernel::SysResult;
use gopherix_kernel::memory::{GuestMemory, UserSlice};

use self::arguments::{fs_arguments, path};
pub(super) use self::shortcut::Shortcut;
use self::stat::{STAT_SIZE, stat_bytes};
use super::engine::{Caller, Engine, Stop};
use super::frame::{Frame, Outside, fault};
use super::fs::Outcome;
use super::intrinsic::{FsOp, Intrinsic};
use super::value::Value;
use super::{Gojs, object};

/// A Go function that may be answered by [`direct()`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direct {
    /// Its name in the binary's symbol table.
    pub symbol: &'static str,
    /// The function whose calls alone are meant, by its name in there too; `None` for calls from anywhere.
    pub within: Option<&'static str>,
    call: Call,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    ByName,
    ByNameInOpen,
    MethodInOpen,
    StatPath(FsOp),
    Fstat,
    Readlink,
    Positional(FsOp),
}

impl Direct {
    /// A name that no other has: its symbol, and that of its caller where that matters.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.call {
            Call::ByNameInOpen => "syscall.fsCall in syscall.Open",
            Call::MethodInOpen => "syscall/js.Value.Call in syscall.Open",
            _ => self.symbol,
        }
    }
}

const fn anywhere(symbol: &'static str, call: Call) -> Direct {
    Direct { symbol, within: None, call }
}

const fn in_open(symbol: &'static str, call: Call) -> Direct {
    Direct { symbol, within: Some("syscall.Open"), call }
}

/// The functions, by the index that [`direct()`] takes.
pub const DIRECT: [Direct; 9] = [
    anywhere("syscall.fsCall", Call::ByName),
    anywhere("syscall.Stat", Call::StatPath(FsOp::Stat)),
    anywhere("syscall.Lstat", Call::StatPath(FsOp::Lstat)),
    anywhere("syscall.Fstat", Call::Fstat),
    anywhere("syscall.Readlink", Call::Readlink),
    anywhere("syscall.Pread", Call::Positional(FsOp::Read)),
    anywhere("syscall.Pwrite", Call::Positional(FsOp::Write)),
    in_open("syscall.fsCall", Call::ByNameInOpen),
    in_open("syscall/js.Value.Call", Call::MethodInOpen),
];

/// Addresses below are nil to Go, plus the offset of a field.
const NIL_PAGE: u64 = 4096;
/// The largest position that is the same as a float, which Go makes of it.
const MOST_POSITION: u64 = 1 << 53;

/// The function [`DIRECT`]`[index]` has been entered with the stack pointer `sp`. Whether its results are in its frame, so that
/// it is to return; if not, its body must run.
///
/// # Errors
/// [`Stop`] if the frame or what it points to is outside the guest's memory.
pub fn direct<E: Engine>(caller: &mut dyn Caller<E>, index: u32, sp: u32) -> Result<bool, Stop> {
    let entry = usize::try_from(index).ok().and_then(|index| DIRECT.get(index));
    let Some(entry) = entry else { return Ok(false) };
    let gojs = caller.gojs().clone();
    let answered = match entry.call {
        Call::ByName => gojs.direct_fs_call(caller, sp, is_plain),
        Call::ByNameInOpen => gojs.direct_fs_call(caller, sp, |op| is_plain(op) || op == FsOp::Fstat),
        Call::MethodInOpen => gojs.direct_resolve(caller, sp),
        Call::StatPath(op) => gojs.direct_stat(caller, sp, op),
        Call::Fstat => gojs.direct_fstat(caller, sp),
        Call::Readlink => gojs.direct_readlink(caller, sp),
        Call::Positional(op) => gojs.direct_positional(caller, sp, op),
    };
    answered.map_err(|Outside| fault(caller, entry.name()))
}

/// The frame, all `size` bytes of which are in memory.
fn frame<'a, E: Engine>(caller: &'a mut dyn Caller<E>, sp: u32, size: u64) -> Result<Frame<'a>, Outside> {
    let frame = Frame::new(caller.split().0, sp);
    frame.at_pointer(u64::from(sp), size)?;
    Ok(frame)
}

/// Puts results into the frame, one word after the other.
fn put<E: Engine>(caller: &mut dyn Caller<E>, sp: u32, offset: u32, words: &[u64]) -> Result<(), Outside> {
    let mut frame = Frame::new(caller.split().0, sp);
    (offset..).step_by(8).zip(words).try_for_each(|(offset, word)| frame.put_u64(offset, *word))
}

/// Puts bytes where the guest has room for them.
fn put_bytes<E: Engine>(caller: &mut dyn Caller<E>, ptr: u64, bytes: &[u8]) -> Result<(), Outside> {
    caller.split().0.write(ptr, bytes).map_err(|_| Outside)
}

impl<E: Engine> Gojs<E> {
    /// `func fsCall(name string, args ...any) (js.Value, error)`, for the calls that are `answered`.
    fn direct_fs_call(
        &self,
        caller: &mut dyn Caller<E>,
        sp: u32,
        answered: impl FnOnce(FsOp) -> bool,
    ) -> Result<bool, Outside> {
        let frame = frame(caller, sp, 80)?;
        let Some((op, args)) = fs_arguments(self, &frame, 8, 24)? else {
            self.direct.forget_made();
            return Ok(false);
        };
        if self.is_kept(op, &args) || !answered(op) || self.overtakes(op, args.first()) {
            return Ok(false);
        }
        let answer = self.attempt(caller, op, args, |value| {
            // All other values need an owner on Go's side.
            let value = match value {
                Value::Undefined | Value::Number(_) => value.clone(),
                Value::Object(object) => Value::Object(self.direct.stand_in(object)?),
                _ => return None,
            };
            self.table.store(&*self.engine, value).ok()
        });
        let Some(reference) = answer else { return Ok(false) };
        put(caller, sp, 48, &[reference, 0, 0, 0]).map(|()| true)
    }

    /// `func Stat(path string, st *Stat_t) error`, and `Lstat`.
    fn direct_stat(&self, caller: &mut dyn Caller<E>, sp: u32, op: FsOp) -> Result<bool, Outside> {
        let frame = frame(caller, sp, 48)?;
        let (path, room) = (path(frame.bytes(8)?), frame.u64(24)?);
        if !self.stat_into(caller, op, path, room)? {
            return Ok(false);
        }
        put(caller, sp, 32, &[0, 0]).map(|()| true)
    }

    /// `func Fstat(fd int, st *Stat_t) error`.
    fn direct_fstat(&self, caller: &mut dyn Caller<E>, sp: u32) -> Result<bool, Outside> {
        let frame = frame(caller, sp, 40)?;
        let (fd, room) = (Value::Number(object::signed_to_f64(frame.i64(8)?)), frame.u64(16)?);
        if !self.stat_into(caller, FsOp::Fstat, Some(fd), room)? {
            return Ok(false);
        }
        put(caller, sp, 24, &[0, 0]).map(|()| true)
    }

    /// Makes a call of one argument that answers attributes, and puts them where there is room for a `Stat_t`.
    fn stat_into(
        &self,
        caller: &mut dyn Caller<E>,
        op: FsOp,
        arg: Option<Value<E>>,
        room: u64,
    ) -> Result<bool, Outside> {
        if room >= NIL_PAGE {
            Frame::new(caller.split().0, 0).at_pointer(room, STAT_SIZE)?;
        }
        let Some(args) = arg.filter(|_| room >= NIL_PAGE).map(|arg| vec![arg]) else {
            self.direct.forget_made();
            return Ok(false);
        };
        if self.is_kept(op, &args) {
            return Ok(false);
        }
        let Some(bytes) = self.attempt(caller, op, args, stat_bytes) else { return Ok(false) };
        put_bytes(caller, room, &bytes).map(|()| true)
    }

    /// `func Readlink(path string, buf []byte) (n int, err error)`.
    fn direct_readlink(&self, caller: &mut dyn Caller<E>, sp: u32) -> Result<bool, Outside> {
        let frame = frame(caller, sp, 72)?;
        let (ptr, room) = (frame.u64(24)?, frame.range(24, 1)?.len());
        let Some(args) = path(frame.bytes(8)?).map(|path| vec![path]) else {
            self.direct.forget_made();
            return Ok(false);
        };
        if self.is_kept(FsOp::Readlink, &args) {
            return Ok(false);
        }
        let target = self.attempt(caller, FsOp::Readlink, args, |value| match value {
            Value::String(text) => Some(text.clone()),
            _ => None,
        });
        let Some(target) = target else { return Ok(false) };
        let fits = target.as_bytes().get(..room).unwrap_or(target.as_bytes());
        put_bytes(caller, ptr, fits)?;
        put(caller, sp, 48, &[u64::try_from(fits.len()).unwrap_or(0), 0, 0]).map(|()| true)
    }

    /// `func Pread(fd int, b []byte, offset int64) (int, error)`, and `Pwrite`: between the file and Go's own buffer.
    fn direct_positional(&self, caller: &mut dyn Caller<E>, sp: u32, op: FsOp) -> Result<bool, Outside> {
        let frame = frame(caller, sp, 72)?;
        frame.bytes(16)?;
        let (fd, position) = (u32::try_from(frame.i64(8)?), u64::try_from(frame.i64(40)?));
        let slice = UserSlice { ptr: frame.u64(16)?, len: frame.u64(24)? };
        let (Ok(fd), Ok(position @ 0..=MOST_POSITION)) = (fd, position) else {
            self.direct.forget_made();
            return Ok(false);
        };
        let number = Value::Number(f64::from(fd));
        let rest = [0, slice.len, position].map(|n| Value::Number(object::to_f64(n)));
        let args: Vec<_> = [number, Value::Undefined].into_iter().chain(rest).collect();
        // The function would make a `Uint8Array`, of which a script may have made something else.
        let bytes = self.engine.own_intrinsic(&self.engine.global(), "Uint8Array");
        if self.is_kept(op, &args)
            || self.overtakes(op, args.first())
            || !self.may(op)
            || bytes != Some(Intrinsic::Uint8Array)
        {
            return Ok(false);
        }
        match transfer(caller, op, Fd(fd), slice, position) {
            Ok(n) => {
                let n = u64::try_from(n).unwrap_or(u64::MAX);
                self.direct.spend(n);
                put(caller, sp, 48, &[n, 0, 0]).map(|()| true)
            }
            Err(error) if error.errno == Errno::EAGAIN => Ok(false),
            Err(error) => {
                let outcome = self.fs_failed(op, &args, error);
                self.direct.keep(op, args, outcome);
                Ok(false)
            }
        }
    }

    /// Whether this call was made before and its outcome kept: its body asks for it now, by `fsCall`, or its function was
    /// entered anew with a larger stack. What was kept of another is forgotten.
    fn is_kept(&self, op: FsOp, args: &[Value<E>]) -> bool {
        let kept = self.direct.is_made(&*self.engine, op, args);
        if !kept {
            self.direct.forget_made();
        }
        kept
    }

    /// Makes the call if it may be made here, and tells what `tell` makes of its answer. What it makes nothing of, and
    /// failures, are kept for Go to ask for.
    fn attempt<T>(
        &self,
        caller: &mut dyn Caller<E>,
        op: FsOp,
        args: Vec<Value<E>>,
        tell: impl FnOnce(&Value<E>) -> Option<T>,
    ) -> Option<T> {
        if !self.may(op) {
            return None;
        }
        // Arguments that no such call takes make an exception, which is for the long way to throw.
        let outcome = self.fs_make(caller, op, &args).ok()?;
        self.direct.spend(bytes_moved(op, &outcome));
        if let Outcome::Done(Ok(value)) = &outcome
            && let Some(told) = tell(value)
        {
            return Some(told);
        }
        self.direct.keep(op, args, outcome);
        None
    }

    /// Whether Go would call the adapter's own function, and has not done so too often without a look at the event loop.
    fn may(&self, op: FsOp) -> bool {
        self.direct.has_budget()
            && self.direct.with_fs(|fs| self.engine.own_intrinsic(fs, op.name())) == Some(Some(Intrinsic::Fs(op)))
    }

    /// Whether a call on the same descriptor was there before, and waits.
    fn overtakes(&self, op: FsOp, fd: Option<&Value<E>>) -> bool {
        let Some(fd) = fd.and_then(Value::number).filter(|_| matches!(op, FsOp::Read | FsOp::Write)) else {
            return false;
        };
        self.events.waiting.borrow().iter().any(|call| f64::from(call.request().fd.0) == fd)
    }
}

/// Reads or writes at a position, from or to the guest's memory. Does not wait: EAGAIN.
fn transfer<E: Engine>(
    caller: &mut dyn Caller<E>,
    op: FsOp,
    fd: Fd,
    slice: UserSlice,
    position: u64,
) -> SysResult<usize> {
    let (mut memory, cx) = caller.split();
    match op {
        FsOp::Write => cx.sys_pwritev2(&mut memory, fd, &[slice], Some(position), RwFlags::NOWAIT),
        _ => cx.sys_preadv2(&mut memory, fd, &[slice], Some(position), RwFlags::NOWAIT),
    }
}

/// Bytes that a call has read or written.
fn bytes_moved<E: Engine>(op: FsOp, outcome: &Outcome<E>) -> u64 {
    match outcome {
        Outcome::Done(Ok(Value::Number(n))) if matches!(op, FsOp::Read | FsOp::Write) => {
            u64::try_from(object::to_i64(*n)).unwrap_or(0)
        }
        _ => 0,
    }
}

/// Whether the answer is a number or nothing, and comes soon: others run while a file is brought to the disk.
fn is_plain(op: FsOp) -> bool {
    match op {
        FsOp::Chmod
        | FsOp::Chown
        | FsOp::Close
        | FsOp::Fchmod
        | FsOp::Fchown
        | FsOp::Ftruncate
        | FsOp::Lchown
        | FsOp::Link
        | FsOp::Mkdir
        | FsOp::Open
        | FsOp::Read
        | FsOp::Rename
        | FsOp::Rmdir
        | FsOp::Symlink
        | FsOp::Truncate
        | FsOp::Unlink
        | FsOp::Utimes
        | FsOp::Write => true,
        FsOp::Fstat | FsOp::Lstat | FsOp::Readdir | FsOp::Readlink | FsOp::Stat => false,
        FsOp::Fdatasync | FsOp::Fsync => false,
        // Go's `syscall` does not call these.
        FsOp::Access | FsOp::Futimes | FsOp::Lutimes => false,
    }
}
