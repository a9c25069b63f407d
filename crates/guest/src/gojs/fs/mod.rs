//! Node's `fs`, as far as programs built for js call it, on the kernel.
//!
//! A call is carried out at once. Its callback is posted to the event loop, as Node's comes later, unless the file would wait:
//! then the call is kept and tried again when its descriptor is ready ([`Waiting`]). Files of the host are served
//! synchronously, as everywhere in the kernel.
//!
//! Source: <https://nodejs.org/docs/latest/api/fs.html>, `src/syscall/fs_js.go`.

mod arguments;
mod io;

use gopherix_abi::{AccessMode, At, AtFlags, Mode, OpenFlags, Rights, SetTime};
use gopherix_kernel::task::Cx;
use gopherix_kernel::{SysError, SysResult};

use self::arguments::Arguments;
pub(super) use self::arguments::Bad;
pub(super) use self::io::Waiting;
use super::engine::{Caller, Engine, Failure, Fallible};
use super::error::FsError;
use super::events::Job;
use super::intrinsic::FsOp;
use super::value::{Content, Value};
use super::{Gojs, object};

/// What a call came to.
pub(super) enum Outcome<E: Engine> {
    /// It has been made.
    Done(Result<Value<E>, FsError>),
    /// Its file would have waited: nothing has happened.
    Waits(Waiting<E>),
}

/// What a system call gave, as far as it is the same for all of them.
type Answer<E> = SysResult<Value<E>>;

impl<E: Engine> Gojs<E> {
    /// `fs.<op>(...args, callback)`.
    ///
    /// # Errors
    /// A TypeError or RangeError for arguments that no such call takes. All others go to the callback.
    pub(super) fn fs_call(&self, caller: &mut dyn Caller<E>, op: FsOp, args: &[Value<E>]) -> Fallible<E, Value<E>> {
        let Some((callback, args)) = args.split_last() else {
            return Err(Failure::Thrown(self.engine.type_error("The \"cb\" argument must be of type function.")));
        };
        let outcome = match self.direct.take_made(&*self.engine, op, args) {
            Some(outcome) => outcome,
            None => self.fs_carry_out(caller, op, args)?,
        };
        match outcome {
            Outcome::Done(result) => {
                self.post(Job { function: callback.clone(), args: callback_args(op, args, result) })
            }
            Outcome::Waits(waiting) => self.events.waiting.borrow_mut().push(waiting.with_callback(callback.clone())),
        }
        Ok(Value::Undefined)
    }

    /// `fs.<op>Sync(...args)`.
    ///
    /// # Errors
    /// The call's own.
    pub(super) fn fs_sync(&self, caller: &mut dyn Caller<E>, op: FsOp, args: &[Value<E>]) -> Fallible<E, Value<E>> {
        self.direct.forget_made();
        loop {
            match self.fs_carry_out(caller, op, args)? {
                Outcome::Done(result) => {
                    return result.map_err(|e| Failure::Thrown(Value::object(Content::Error(Box::new(e)))));
                }
                Outcome::Waits(waiting) => {
                    // Nothing else of the program runs meanwhile, as in Node. EINTR means that it is to end.
                    if caller.wait(&[waiting.request()], None).is_err() {
                        return Err(Failure::Stop);
                    }
                }
            }
        }
    }

    fn fs_carry_out(&self, caller: &mut dyn Caller<E>, op: FsOp, args: &[Value<E>]) -> Fallible<E, Outcome<E>> {
        self.fs_make(caller, op, args).map_err(|bad| Failure::Thrown(bad.thrown(&*self.engine)))
    }

    /// Makes the call. Never enters the engine.
    pub(super) fn fs_make(&self, caller: &mut dyn Caller<E>, op: FsOp, args: &[Value<E>]) -> Result<Outcome<E>, Bad> {
        let args = Arguments::new(self, op, args);
        match op {
            FsOp::Read | FsOp::Write => io::transfer(&args, caller),
            _ => by_path(&args, caller.split().1).and_then(|done| match done {
                Some(answer) => Ok(Outcome::Done(args.answer(answer))),
                None => by_descriptor(&args, caller.split().1).map(|answer| Outcome::Done(args.answer(answer))),
            }),
        }
    }

    /// What a call comes to whose system call failed so.
    pub(super) fn fs_failed(&self, op: FsOp, args: &[Value<E>], error: SysError) -> Outcome<E> {
        Outcome::Done(Arguments::new(self, op, args).answer(Err(error)))
    }
}

/// What a callback is called with: the error, or `null` and the value if there is one; reading and writing also tell their
/// buffer.
fn callback_args<E: Engine>(op: FsOp, args: &[Value<E>], result: Result<Value<E>, FsError>) -> Vec<Value<E>> {
    match (result, args.get(1)) {
        (Ok(moved), Some(buffer)) if matches!(op, FsOp::Read | FsOp::Write) => vec![Value::Null, moved, buffer.clone()],
        (Ok(Value::Undefined), _) => vec![Value::Null],
        (Ok(value), _) => vec![Value::Null, value],
        (Err(error), _) => vec![Value::object(Content::Error(Box::new(error)))],
    }
}

fn nothing<E: Engine>(result: SysResult<()>) -> Answer<E> {
    result.map(|()| Value::Undefined)
}

/// The calls that name files by path; `None` for all others.
fn by_path<E: Engine>(args: &Arguments<'_, E>, cx: &mut Cx) -> Result<Option<Answer<E>>, Bad> {
    let nofollow = AtFlags::SYMLINK_NOFOLLOW;
    let answer = match args.op {
        FsOp::Access => nothing(cx.sys_faccessat(At::Cwd, &args.path(0)?, args.access(1)?, AtFlags::empty())),
        FsOp::Chmod => nothing(cx.sys_fchmodat(At::Cwd, &args.path(0)?, args.mode(1, None)?, AtFlags::empty())),
        FsOp::Chown => chown(args, cx, AtFlags::empty())?,
        FsOp::Lchown => chown(args, cx, nofollow)?,
        FsOp::Link => nothing(cx.sys_linkat(At::Cwd, &args.path(0)?, At::Cwd, &args.path(1)?, AtFlags::empty())),
        FsOp::Stat => cx.sys_fstatat(At::Cwd, &args.path(0)?, AtFlags::empty()).map(stat_value),
        FsOp::Lstat => cx.sys_fstatat(At::Cwd, &args.path(0)?, nofollow).map(stat_value),
        FsOp::Mkdir => nothing(cx.sys_mkdirat(At::Cwd, &args.path(0)?, args.mode(1, Some(Mode(0o777)))?)),
        FsOp::Open => open(args, cx)?,
        FsOp::Readdir => readdir(cx, &args.path(0)?),
        FsOp::Readlink => cx.sys_readlinkat(At::Cwd, &args.path(0)?).map(|target| text(&target)),
        FsOp::Rename => nothing(cx.sys_renameat(At::Cwd, &args.path(0)?, At::Cwd, &args.path(1)?)),
        FsOp::Rmdir => nothing(cx.sys_unlinkat(At::Cwd, &args.path(0)?, AtFlags::REMOVEDIR)),
        FsOp::Symlink => nothing(cx.sys_symlinkat(&args.path(0)?, At::Cwd, &args.path(1)?)),
        FsOp::Truncate => nothing(cx.sys_truncate(&args.path(0)?, args.size(1)?)),
        FsOp::Unlink => nothing(cx.sys_unlinkat(At::Cwd, &args.path(0)?, AtFlags::empty())),
        FsOp::Utimes => utimes(args, cx, AtFlags::empty())?,
        FsOp::Lutimes => utimes(args, cx, nofollow)?,
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

/// The calls that name a file by descriptor, but for reading and writing.
fn by_descriptor<E: Engine>(args: &Arguments<'_, E>, cx: &mut Cx) -> Result<Answer<E>, Bad> {
    let fd = args.fd(0)?;
    Ok(match args.op {
        FsOp::Close => nothing(cx.sys_close(fd)),
        FsOp::Fchmod => nothing(cx.sys_fchmod(fd, args.mode(1, None)?)),
        FsOp::Fchown => nothing(cx.sys_fchown(fd, args.owner(1)?, args.owner(2)?)),
        FsOp::Fdatasync => nothing(cx.sys_fdatasync(fd)),
        FsOp::Fstat => cx.sys_fstat(fd).map(stat_value),
        FsOp::Fsync => nothing(cx.sys_fsync(fd)),
        FsOp::Ftruncate => nothing(cx.sys_ftruncate(fd, args.size(1)?)),
        FsOp::Futimes => nothing(cx.sys_futimens(fd, args.time(1)?, args.time(2)?)),
        _ => return Err(Bad::argument("op", "a call of fs")),
    })
}

fn chown<E: Engine>(args: &Arguments<'_, E>, cx: &mut Cx, flags: AtFlags) -> Result<Answer<E>, Bad> {
    Ok(nothing(cx.sys_fchownat(At::Cwd, &args.path(0)?, args.owner(1)?, args.owner(2)?, flags)))
}

fn utimes<E: Engine>(args: &Arguments<'_, E>, cx: &mut Cx, flags: AtFlags) -> Result<Answer<E>, Bad> {
    let (atime, mtime): (SetTime, SetTime) = (args.time(1)?, args.time(2)?);
    Ok(nothing(cx.sys_utimensat(At::Cwd, &args.path(0)?, atime, mtime, flags)))
}

/// Bits of open(2)'s flags that hold the access mode (`O_ACCMODE`).
const ACCESS_MODE: u32 = 3;

fn open<E: Engine>(args: &Arguments<'_, E>, cx: &mut Cx) -> Result<Answer<E>, Bad> {
    let path = args.path(0)?;
    let number = args.u32(1, "flags")?;
    let access = match number & ACCESS_MODE {
        0 => AccessMode::ReadOnly,
        1 => AccessMode::WriteOnly,
        2 => AccessMode::ReadWrite,
        _ => AccessMode::None,
    };
    // Node opens all files so that programs it starts do not inherit them.
    let flags = OpenFlags::from_bits_truncate(number & !ACCESS_MODE) | OpenFlags::CLOEXEC;
    let mode = args.mode(2, Some(Mode(0o666)))?;
    let opened = cx.sys_openat(At::Cwd, &path, flags, access, mode, Rights::all(), Rights::all());
    Ok(opened.map(|opened| Value::Number(f64::from(opened.fd.0))))
}

/// The names in a directory, sorted by their bytes as libuv sorts them.
fn readdir<E: Engine>(cx: &mut Cx, path: &[u8]) -> Answer<E> {
    let flags = OpenFlags::DIRECTORY | OpenFlags::CLOEXEC;
    let opened = cx.sys_openat(At::Cwd, path, flags, AccessMode::ReadOnly, Mode(0), Rights::all(), Rights::all())?;
    let listing = cx.sys_getdents(opened.fd, 0);
    cx.sys_close(opened.fd)?;
    let listing = listing?;
    let mut names: Vec<&[u8]> = listing.iter().map(|(_, _, _, name)| name).filter(|name| !is_dots(name)).collect();
    names.sort_unstable();
    Ok(Value::object(Content::Array(names.into_iter().map(text).collect())))
}

fn is_dots(name: &[u8]) -> bool {
    matches!(name, b"." | b"..")
}

fn text<E: Engine>(bytes: &[u8]) -> Value<E> {
    Value::string(&String::from_utf8_lossy(bytes))
}

fn stat_value<E: Engine>(stat: gopherix_abi::Stat) -> Value<E> {
    Value::object(Content::Stat(Box::new(stat)))
}
