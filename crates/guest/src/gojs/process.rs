//! Node's `process`, as far as programs built for js call it, and the other intrinsics.

use gopherix_abi::{ClockId, Mode, Timespec};

use super::engine::{Caller, Engine, Failure, Fallible};
use super::error::FsError;
use super::events::Due;
use super::intrinsic::{Intrinsic, ProcessOp};
use super::value::{Content, Value};
use super::{Gojs, object, path};

impl<E: Engine> Gojs<E> {
    /// Calls a function that the adapter carries out itself, as scripts and Go do.
    ///
    /// # Errors
    /// What the function throws.
    pub fn call_intrinsic(
        &self,
        caller: &mut dyn Caller<E>,
        intrinsic: Intrinsic,
        args: &[Value<E>],
    ) -> Fallible<E, Value<E>> {
        match intrinsic {
            Intrinsic::Fs(op) => self.fs_call(caller, op, args),
            Intrinsic::FsSync(op) => self.fs_sync(caller, op, args),
            Intrinsic::Process(op) => self.process_call(caller, op, args),
            Intrinsic::PathResolve => self.path_resolve(caller, args),
            Intrinsic::Uint8Array => {
                Err(Failure::Thrown(self.engine.type_error("Constructor Uint8Array requires 'new'")))
            }
            Intrinsic::SetTimer => Ok(self.set_timer(caller, args)),
            Intrinsic::ClearTimer => {
                if let Some(id) = args.first().and_then(Value::number) {
                    self.events.clear_timer(object::to_u32(id));
                }
                Ok(Value::Undefined)
            }
        }
    }

    fn process_call(&self, caller: &mut dyn Caller<E>, op: ProcessOp, args: &[Value<E>]) -> Fallible<E, Value<E>> {
        self.direct.forget_made();
        let (_, cx) = caller.split();
        let id = |id: u32| Value::Number(f64::from(id));
        let (syscall, answer) = match op {
            ProcessOp::Chdir => {
                let Some(Value::String(path)) = args.first() else {
                    let what = "The \"directory\" argument must be of type string.";
                    return Err(Failure::Thrown(self.engine.type_error(what)));
                };
                ("chdir", cx.sys_chdir(path.as_bytes()).map(|()| Value::Undefined))
            }
            ProcessOp::Cwd => ("uv_cwd", cx.sys_getcwd().map(|cwd| Value::string(&String::from_utf8_lossy(&cwd)))),
            ProcessOp::Getegid => ("getegid", cx.sys_getegid().map(id)),
            ProcessOp::Geteuid => ("geteuid", cx.sys_geteuid().map(id)),
            ProcessOp::Getgid => ("getgid", cx.sys_getgid().map(id)),
            ProcessOp::Getuid => ("getuid", cx.sys_getuid().map(id)),
            ProcessOp::Getgroups => {
                let groups = cx.sys_getgroups();
                let list = |groups: Vec<u32>| Value::object(Content::Array(groups.into_iter().map(id).collect()));
                ("getgroups", groups.map(list))
            }
            ProcessOp::Umask => {
                let mask = args.first().and_then(Value::number).map(|mask| object::to_u32(mask) & 0o777);
                let mask = mask.map(|mask| Mode(u16::try_from(mask).unwrap_or(0)));
                let old = cx.sys_umask(mask.unwrap_or(Mode(0)));
                if let (None, Ok(old)) = (mask, old) {
                    // Asking alone changes nothing.
                    cx.process.set_umask(old);
                }
                ("umask", old.map(|old| Value::Number(f64::from(old.0))))
            }
            ProcessOp::ReallyExit => {
                let code = args.first().and_then(Value::number).map_or(0, object::to_i64);
                let low = u32::try_from(code & 0xff).unwrap_or(0);
                let _ = cx.sys_exit(low);
                return Err(Failure::Stop);
            }
        };
        answer.map_err(|e| {
            let path = match args.first() {
                Some(Value::String(path)) => Some(path.as_ref().into()),
                _ => None,
            };
            Failure::Thrown(Value::object(Content::Error(Box::new(FsError {
                errno: e.errno,
                syscall,
                path,
                dest: None,
            }))))
        })
    }

    /// `path.resolve(...args)`. Never enters the engine but for what it throws.
    pub(super) fn path_resolve(&self, caller: &mut dyn Caller<E>, args: &[Value<E>]) -> Fallible<E, Value<E>> {
        let mut parts = Vec::new();
        for arg in args {
            match arg {
                Value::String(text) => parts.push(text.as_ref()),
                _ => {
                    let what = "The \"path\" argument must be of type string.";
                    return Err(Failure::Thrown(self.engine.type_error(what)));
                }
            }
        }
        if parts.iter().any(|part| part.starts_with('/')) {
            return Ok(Value::string(&path::resolve("/", &parts)));
        }
        let cwd = self.process_call(caller, ProcessOp::Cwd, &[])?;
        let Value::String(cwd) = cwd else { return Ok(Value::Undefined) };
        Ok(Value::string(&path::resolve(&cwd, &parts)))
    }

    /// `setTimeout(function, ms)`: 1 ms at least and about 25 days at most, as Node has it.
    fn set_timer(&self, caller: &mut dyn Caller<E>, args: &[Value<E>]) -> Value<E> {
        let function = args.first().cloned().unwrap_or(Value::Undefined);
        let ms = args.get(1).and_then(Value::number).unwrap_or(1.0);
        let ms = if (1.0..=2_147_483_647.0).contains(&ms) { ms.floor() } else { 1.0 };
        let now = caller.split().1.sys_clock_gettime(ClockId::Monotonic).map_or(0, Timespec::as_nanos);
        let delay = u64::from(object::to_u32(ms)).saturating_mul(1_000_000);
        Value::Number(f64::from(self.events.set_timer(now.saturating_add(delay), Due::Call(function))))
    }
}
