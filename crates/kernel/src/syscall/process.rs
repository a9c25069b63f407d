//! The process: _exit(2), arguments, environment, sched_yield(2), umask(2), ids (credentials(7)), groups and sessions.
//!
//! Only sched_yield waits. umask and the ids have no errors.

use std::sync::Arc;

use gopherix_abi::{Errno, Mode, Pid};

use crate::error::{SysError, SysResult};
use crate::task::{Cx, Process};

/// _exit(2). Decides the end; the adapter ends the thread by what it returns to the engine.
pub(crate) fn sys_exit(cx: &mut Cx, code: u32) -> SysResult<()> {
    cx.process.end(crate::task::ExitStatus::Exited(code), None);
    Ok(())
}

/// The arguments, without terminating NULs.
pub(crate) fn sys_args_get(cx: &mut Cx) -> SysResult<Vec<Vec<u8>>> {
    Ok(cx.process.args.clone())
}

/// The environment, without terminating NULs.
pub(crate) fn sys_environ_get(cx: &mut Cx) -> SysResult<Vec<Vec<u8>>> {
    Ok(cx.process.env.clone())
}

/// sched_yield(2).
pub(crate) async fn sys_sched_yield(cx: &mut Cx) -> SysResult<()> {
    crate::os_wasm::osyield(cx).await;
    Ok(())
}

/// umask(2): the old one. Bits that are none of a mode's permissions are left out.
pub(crate) fn sys_umask(cx: &mut Cx, mask: Mode) -> SysResult<Mode> {
    Ok(cx.process.set_umask(mask))
}

/// getpid(2).
pub(crate) fn sys_getpid(cx: &mut Cx) -> SysResult<Pid> {
    Ok(cx.process.pid)
}

/// getppid(2): 0 if an embedder started the process.
pub(crate) fn sys_getppid(cx: &mut Cx) -> SysResult<Pid> {
    Ok(cx.process.parent())
}

/// getuid(2).
pub(crate) fn sys_getuid(cx: &mut Cx) -> SysResult<u32> {
    Ok(cx.process.credentials.uid)
}

/// geteuid(2).
pub(crate) fn sys_geteuid(cx: &mut Cx) -> SysResult<u32> {
    Ok(cx.process.credentials.uid)
}

/// getgid(2).
pub(crate) fn sys_getgid(cx: &mut Cx) -> SysResult<u32> {
    Ok(cx.process.credentials.gid)
}

/// getegid(2).
pub(crate) fn sys_getegid(cx: &mut Cx) -> SysResult<u32> {
    Ok(cx.process.credentials.gid)
}

/// getgroups(2): the supplementary ones.
pub(crate) fn sys_getgroups(cx: &mut Cx) -> SysResult<Vec<u32>> {
    Ok(cx.process.credentials.groups.clone())
}

/// The process of that id; the caller for 0.
fn process(cx: &Cx, pid: Pid) -> SysResult<Arc<Process>> {
    let found = if pid == Pid(0) { Some(cx.process.clone()) } else { cx.kernel.process(pid) };
    found.ok_or(SysError::new(Errno::ESRCH, "there is no such process"))
}

/// getpgid(2). ESRCH.
pub(crate) fn sys_getpgid(cx: &mut Cx, pid: Pid) -> SysResult<Pid> {
    process(cx, pid).map(|process| process.pgid())
}

/// setpgid(2). ESRCH (neither the caller nor a child), EACCES (a child, which runs its program), EPERM (a session's leader, or
/// another session's), and what an adapter answers to negative numbers.
pub(crate) fn sys_setpgid(cx: &mut Cx, pid: Pid, pgid: Pid) -> SysResult<()> {
    let pid = if pid == Pid(0) { cx.process.pid } else { pid };
    let pgid = if pgid == Pid(0) { pid } else { pgid };
    cx.kernel.tree().set_group(&cx.process, pid, pgid)
}

/// getsid(2). ESRCH.
pub(crate) fn sys_getsid(cx: &mut Cx, pid: Pid) -> SysResult<Pid> {
    process(cx, pid).map(|process| process.session().sid)
}

/// setsid(2). EPERM for a group's leader.
pub(crate) fn sys_setsid(cx: &mut Cx) -> SysResult<Pid> {
    cx.kernel.tree().set_session(&cx.process)
}

/// The path of the program, as readlink(2) of `/proc/self/exe` gives it. ENOENT if nobody knows.
pub(crate) fn sys_exe_path(cx: &mut Cx) -> SysResult<Vec<u8>> {
    cx.process.exe_path()
}
