//! The process: _exit(2), arguments, environment, sched_yield(2), umask(2), ids (credentials(7)).
//!
//! Only sched_yield waits. umask and the ids have no errors.

use std::sync::atomic::Ordering;

use gopherix_abi::{Mode, Pid};

use crate::error::SysResult;
use crate::task::Cx;

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
    Ok(Pid(cx.process.parent.load(Ordering::Relaxed)))
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
