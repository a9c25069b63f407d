//! Futexes: futex(2) with FUTEX_WAIT and FUTEX_WAKE, within a process.
//!
//! EINVAL for an address that is not a multiple of 4, EFAULT outside memory.

use futures::future::{Either, select};
use gopherix_abi::Errno;

use crate::error::{SysResult, fail};
use crate::memory::{GuestMemory, UserSlice};
use crate::task::Cx;

/// FUTEX_WAIT: waits until the word is woken. EAGAIN if it is not `expected`, ETIMEDOUT at the deadline (monotonic ns).
pub(crate) async fn sys_futex_wait(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    addr: u64,
    expected: u32,
    deadline_ns: Option<u64>,
) -> SysResult<()> {
    check_word(mem, addr)?;
    let process = cx.process.clone();
    let place = process.futexes.enter(addr);
    let mut word = [0; 4];
    mem.read(addr, &mut word)?;
    if u32::from_le_bytes(word) != expected {
        return fail(Errno::EAGAIN, "the word has another value");
    }
    let woken = std::pin::pin!(place.woken());
    let Some(deadline) = deadline_ns else { return cx.park(woken).await };
    let sleep = cx.kernel.timers().sleep_until(deadline);
    match cx.park(select(woken, sleep)).await? {
        Either::Left(_) => Ok(()),
        Either::Right(_) => fail(Errno::ETIMEDOUT, "nobody woke the word in time"),
    }
}

/// FUTEX_WAKE: how many were woken, of at most `count`.
pub(crate) fn sys_futex_wake(cx: &mut Cx, mem: &mut dyn GuestMemory, addr: u64, count: u32) -> SysResult<u32> {
    check_word(mem, addr)?;
    Ok(cx.process.futexes.wake(addr, count))
}

fn check_word(mem: &dyn GuestMemory, addr: u64) -> SysResult<()> {
    if !addr.is_multiple_of(4) {
        return fail(Errno::EINVAL, "a futex is a word at a multiple of 4");
    }
    mem.check(UserSlice { ptr: addr, len: 4 })
}
