//! Clocks: clock_gettime(2), clock_getres(2), clock_nanosleep(2).

use gopherix_abi::{ClockId, Timespec};

use crate::error::SysResult;
use crate::task::Cx;

/// clock_gettime(2).
pub(crate) fn sys_clock_gettime(cx: &mut Cx, clock: ClockId) -> SysResult<Timespec> {
    Ok(match clock {
        ClockId::Realtime => crate::os_wasm::syscall_now(cx),
        ClockId::Monotonic => Timespec::from_nanos(cx.kernel.platform().monotonic_ns()),
        ClockId::ProcessCputime => Timespec::from_nanos(cx.charge()),
        ClockId::ThreadCputime => {
            cx.charge();
            Timespec::from_nanos(cx.m.info.cpu_ns())
        }
    })
}

/// clock_getres(2).
pub(crate) fn sys_clock_getres(cx: &mut Cx, clock: ClockId) -> SysResult<Timespec> {
    let _ = clock;
    Ok(Timespec::from_nanos(cx.kernel.platform().clock_resolution_ns().max(1)))
}

/// clock_nanosleep(2) with TIMER_ABSTIME on CLOCK_MONOTONIC; never ends early, but for the end of the process.
pub(crate) async fn sys_nanosleep(cx: &mut Cx, deadline_ns: u64) -> SysResult<()> {
    crate::os_wasm::usleep_no_g(cx, deadline_ns).await
}
