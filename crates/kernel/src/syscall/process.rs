//! The process: _exit(2), arguments, environment, sched_yield(2).

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
