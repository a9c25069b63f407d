//! Clocks.

use gopherix_abi::{ClockId, Errno};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

use crate::wire::put_u64;

/// `clockid`. EINVAL for others.
pub(super) fn clock_id(id: u32) -> SysResult<ClockId> {
    match id {
        0 => Ok(ClockId::Realtime),
        1 => Ok(ClockId::Monotonic),
        2 => Ok(ClockId::ProcessCputime),
        3 => Ok(ClockId::ThreadCputime),
        _ => fail(Errno::EINVAL, "no such clock"),
    }
}

/// Resolution of a clock in ns.
pub fn clock_res_get(cx: &mut Cx, mem: &mut dyn GuestMemory, id: u32, resolution: u32) -> SysResult<()> {
    put_u64(mem, resolution, cx.sys_clock_getres(clock_id(id)?)?.as_nanos())
}

/// Time of a clock in ns. The precision asked for is always met.
pub fn clock_time_get(cx: &mut Cx, mem: &mut dyn GuestMemory, id: u32, precision: u64, time: u32) -> SysResult<()> {
    let _ = precision;
    put_u64(mem, time, cx.sys_clock_gettime(clock_id(id)?)?.as_nanos())
}
