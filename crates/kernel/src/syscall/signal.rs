//! Signals: kill(2), raise(3), sigaction(2), sigprocmask(2), setitimer(2), by the names of Go's runtime where it has some.
//!
//! None waits. Errors: EINVAL (SIGKILL and SIGSTOP do what they do), ESRCH (nobody there), EPERM (somebody else's).

use std::fmt::Write;
use std::sync::Arc;

use gopherix_abi::{Errno, Pid, Signal};

use crate::error::{SysError, SysResult, fail};
use crate::memory::GuestMemory;
use crate::os_wasm;
use crate::signal::{Itimer, SigSet, TimerKind};
use crate::task::{Cx, Process};
use crate::trace::Show;

/// Whom kill(2) is for (its `pid`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Above 0.
    Process(Pid),
    /// 0: the caller's own group.
    OwnGroup,
    /// -1: everybody but the caller and its init.
    Everybody,
    /// Below -1.
    Group(Pid),
}

impl From<i32> for Target {
    fn from(pid: i32) -> Self {
        match pid {
            -1 => Target::Everybody,
            0 => Target::OwnGroup,
            pid if pid > 0 => Target::Process(Pid(pid.unsigned_abs())),
            pid => Target::Group(Pid(pid.unsigned_abs())),
        }
    }
}

impl Show for Target {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = match self {
            Target::Process(pid) => write!(out, "{pid}"),
            Target::OwnGroup => write!(out, "0"),
            Target::Everybody => write!(out, "-1"),
            Target::Group(pid) => write!(out, "-{pid}"),
        };
    }
}

impl Show for SigSet {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let names = self.iter().map(|signal| format!("{signal:?}")).collect::<Vec<_>>();
        let _ = match *self == SigSet::ALL {
            true => write!(out, "~[]"),
            false => write!(out, "[{}]", names.join(" ")),
        };
    }
}

impl Show for Itimer {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{{interval {} ns, value {} ns}}", self.interval_ns, self.value_ns);
    }
}

impl Show for TimerKind {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{self:?}");
    }
}

/// kill(2). Without a signal it only looks whether one could be sent.
pub(crate) fn sys_kill(cx: &mut Cx, target: Target, signal: Option<Signal>) -> SysResult<()> {
    let targets = match target {
        Target::Process(pid) => cx.kernel.process(pid).into_iter().collect(),
        Target::OwnGroup => cx.kernel.tree().group_with_zombies(cx.process.pgid()),
        Target::Group(pgid) => cx.kernel.tree().group_with_zombies(pgid),
        Target::Everybody => others(cx),
    };
    if targets.is_empty() {
        return fail(Errno::ESRCH, "there is no such process");
    }
    let (allowed, refused): (Vec<_>, Vec<_>) = targets.into_iter().partition(|process| may_signal(cx, process));
    if allowed.is_empty() && !refused.is_empty() {
        return fail(Errno::EPERM, "the process is somebody else's");
    }
    // The caller last: what it sends may be its own end.
    let (own, others): (Vec<_>, Vec<_>) = allowed.into_iter().partition(|process| process.pid == cx.process.pid);
    if let Some(signal) = signal {
        for process in others.into_iter().chain(own) {
            process.kill(signal)?;
        }
    }
    Ok(())
}

/// All that descends from the caller's init, but for that and the caller.
fn others(cx: &Cx) -> Vec<Arc<Process>> {
    let init = cx.process.init();
    let mut all = cx.kernel.processes();
    all.retain(|process| process.init() == init && process.pid != init && process.pid != cx.process.pid);
    all
}

fn may_signal(cx: &Cx, process: &Process) -> bool {
    let caller = &cx.process.credentials;
    caller.is_root() || caller.uid == process.credentials.uid
}

/// raise(3).
pub(crate) fn sys_raise(cx: &mut Cx, signal: Signal) -> SysResult<()> {
    cx.process.kill(signal)
}

/// initsig: the runtime is ready for signals.
pub(crate) fn sys_initsig(cx: &mut Cx) -> SysResult<()> {
    os_wasm::initsig(cx);
    Ok(())
}

/// sigenable: the signal is to be delivered.
pub(crate) fn sys_sigenable(cx: &mut Cx, signal: Signal) -> SysResult<()> {
    os_wasm::sigenable(&cx.process, signal).map(drop)
}

/// sigdisable: the signal does what it did at the start.
pub(crate) fn sys_sigdisable(cx: &mut Cx, signal: Signal) -> SysResult<()> {
    os_wasm::sigdisable(&cx.process, signal).map(drop)
}

/// sigignore: the signal does nothing.
pub(crate) fn sys_sigignore(cx: &mut Cx, signal: Signal) -> SysResult<()> {
    os_wasm::sigignore(&cx.process, signal).map(drop)
}

/// sigsave: what the thread blocks.
pub(crate) fn sys_sigsave(cx: &mut Cx) -> SysResult<SigSet> {
    Ok(os_wasm::sigsave(cx))
}

/// msigrestore: sets what the thread blocks.
pub(crate) fn sys_msigrestore(cx: &mut Cx, mask: SigSet) -> SysResult<()> {
    os_wasm::msigrestore(cx, mask);
    Ok(())
}

/// sigblock: the thread blocks everything.
pub(crate) fn sys_sigblock(cx: &mut Cx) -> SysResult<()> {
    os_wasm::sigblock(cx);
    Ok(())
}

/// clearSignalHandlers: what is handled does its default.
pub(crate) fn sys_clear_signal_handlers(cx: &mut Cx) -> SysResult<()> {
    os_wasm::clear_signal_handlers(&cx.process);
    Ok(())
}

/// sig_next: the next signal to be taken.
pub(crate) fn sys_sig_next(cx: &mut Cx) -> SysResult<Option<Signal>> {
    Ok(os_wasm::sig_next(cx))
}

/// setitimer(2): what was left of the old one.
pub(crate) fn sys_setitimer(cx: &mut Cx, kind: TimerKind, timer: Itimer) -> SysResult<Itimer> {
    if cx.process.is_ending() {
        return Err(SysError::new(Errno::ESRCH, "the process is ending"));
    }
    let now = match kind {
        TimerKind::Real => cx.kernel.platform().monotonic_ns(),
        TimerKind::Virtual | TimerKind::Prof => cx.charge(),
    };
    let old = cx.process.itimers.get(kind, now);
    match kind {
        TimerKind::Real => cx.process.itimers.set_real(&cx.process, cx.kernel.timers(), timer, now),
        TimerKind::Virtual | TimerKind::Prof => cx.process.itimers.set_cpu(kind, timer, now),
    }
    Ok(old)
}
