//! Children and what they used: wait4(2), pidfd_open(2), getrusage(2).
//!
//! Only wait4 waits, and signals interrupt it. Errors: ECHILD (no such child), EINTR, EINVAL (unknown options), ESRCH and EMFILE
//! of pidfd_open.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use gopherix_abi::gopherix::wait::Options;
use gopherix_abi::{AccessMode, Errno, Fd, OpenFlags, Pid};

use super::{check_room, install};
use crate::error::{SysError, SysResult};
use crate::file::{OpenFile, wait_any};
use crate::memory::GuestMemory;
use crate::task::{Also, ChildState, Cx, FdEntry, PidFd, Rusage, Which};
use crate::trace::Show;

/// Which children wait4 is for (its `pid`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// -1.
    Any,
    /// Above 0.
    Child(Pid),
    /// 0: the caller's own group.
    OwnGroup,
    /// Below -1.
    Group(Pid),
}

impl From<i32> for WaitFor {
    fn from(pid: i32) -> Self {
        match pid {
            -1 => WaitFor::Any,
            0 => WaitFor::OwnGroup,
            pid if pid > 0 => WaitFor::Child(Pid(pid.unsigned_abs())),
            pid => WaitFor::Group(Pid(pid.unsigned_abs())),
        }
    }
}

impl Show for WaitFor {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = match self {
            WaitFor::Any => write!(out, "-1"),
            WaitFor::Child(pid) => write!(out, "{pid}"),
            WaitFor::OwnGroup => write!(out, "0"),
            WaitFor::Group(pid) => write!(out, "-{pid}"),
        };
    }
}

impl Show for Options {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        if self.is_empty() {
            out.push('0')
        } else {
            let _ = bitflags::parser::to_writer(self, &mut *out);
        }
    }
}

/// What wait4 tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waited {
    /// The child.
    pub pid: Pid,
    /// What has become of it.
    pub state: ChildState,
    /// What it and its children have used.
    pub rusage: Rusage,
}

impl Show for Waited {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{} {:?}", self.pid, self.state);
    }
}

/// wait4(2); `None` if WNOHANG found nothing.
pub(crate) async fn sys_wait4(cx: &mut Cx, who: WaitFor, options: Options) -> SysResult<Option<Waited>> {
    let which = match who {
        WaitFor::Any => Which::Any,
        WaitFor::Child(pid) => Which::Child(pid),
        WaitFor::OwnGroup => Which::Group(cx.process.pgid()),
        WaitFor::Group(pgid) => Which::Group(pgid),
    };
    let also = Also { stopped: options.contains(Options::WUNTRACED), continued: options.contains(Options::WCONTINUED) };
    let (tree, process) = (cx.kernel.tree().clone(), cx.process.clone());
    let look = || tree.wait(process.pid, which, also).transpose();
    let told = match options.contains(Options::WNOHANG) {
        true => look(),
        false => {
            let told = async {
                loop {
                    if let Some(told) = wait_any(vec![process.children_changed.wait()], look).await {
                        return told;
                    }
                }
            };
            Some(cx.park(told).await?)
        }
    };
    let Some((child, state)) = told.transpose()? else { return Ok(None) };
    let rusage = child.usage.rusage().and(child.usage.children());
    if let ChildState::Ended(_) = state {
        cx.process.usage.add_child(rusage);
    }
    Ok(Some(Waited { pid: child.pid, state, rusage }))
}

/// pidfd_open(2). The descriptor is not inherited.
pub(crate) fn sys_pidfd_open(cx: &mut Cx, pid: Pid) -> SysResult<Fd> {
    let process = cx.kernel.process(pid).ok_or(SysError::new(Errno::ESRCH, "there is no such process"))?;
    check_room(cx)?;
    let file = OpenFile::new(PidFd::new(process), AccessMode::ReadOnly, OpenFlags::empty(), None);
    install(cx, FdEntry { cloexec: true, ..FdEntry::new(file) })
}

/// Whose use of resources getrusage(2) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The process'.
    Own,
    /// That of its children that it has waited for.
    Children,
    /// The thread's.
    Thread,
}

impl Show for Who {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{self:?}");
    }
}

impl Show for Rusage {
    fn show(&self, out: &mut String, _mem: Option<&dyn GuestMemory>) {
        let _ = write!(out, "{{utime {} ns, maxrss {} bytes}}", self.user_ns, self.memory_peak);
    }
}

/// getrusage(2). All processor time is the guest's own, whoever worked for it.
pub(crate) fn sys_getrusage(cx: &mut Cx, who: Who) -> SysResult<Rusage> {
    cx.charge();
    Ok(match who {
        Who::Own => cx.process.usage.rusage(),
        Who::Children => cx.process.usage.children(),
        Who::Thread => Rusage {
            user_ns: cx.m.info().cpu_ns(),
            voluntary: cx.waits,
            involuntary: 0,
            memory_peak: cx.process.usage.memory_peak.load(Ordering::Relaxed),
        },
    })
}
