//! A runtime's life: start, threads, yielding, sleeping, futexes.

use gopherix_abi::gopherix::OSINIT_SIZE;
use gopherix_abi::{Errno, Tid};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

use crate::wire::{check_out, put_u32, put_u64};

/// Whether an M could be had with a signal stack of that size.
pub fn mpreinit(cx: &mut Cx, _mem: &mut dyn GuestMemory, stack_size: u32) -> SysResult<()> {
    cx.sys_mpreinit(stack_size)
}

/// The calling M's signal stack is in place; tells its id.
pub fn minit(cx: &mut Cx, mem: &mut dyn GuestMemory, sigstack: u32, sigstack_len: u32, tid: u32) -> SysResult<()> {
    check_out(mem, tid, 4)?;
    let id = cx.sys_minit(mem, sigstack, sigstack_len)?;
    put_u32(mem, tid, id.0)
}

/// Undoes [`minit`].
pub fn unminit(cx: &mut Cx, _mem: &mut dyn GuestMemory) -> SysResult<()> {
    cx.sys_unminit()
}

/// Frees what an M that has ended still has.
pub fn mdestroy(cx: &mut Cx, _mem: &mut dyn GuestMemory, tid: u32) -> SysResult<()> {
    cx.sys_mdestroy(Tid(tid))
}

/// A new M that begins at `start`; tells its id.
pub fn newosproc(cx: &mut Cx, mem: &mut dyn GuestMemory, start: u32, tid: u32) -> SysResult<()> {
    check_out(mem, tid, 4)?;
    let id = cx.sys_newosproc(start)?;
    put_u32(mem, tid, id.0)
}

/// Ends the calling M; the word at `word` (0 for none) is cleared, and who waits for it woken.
pub fn exit_thread(cx: &mut Cx, mem: &mut dyn GuestMemory, word: u32) -> SysResult<()> {
    cx.sys_exit_thread(mem, word)
}

/// Has the running goroutine of an M give way.
pub fn preempt_m(cx: &mut Cx, _mem: &mut dyn GuestMemory, tid: u32) -> SysResult<()> {
    cx.sys_preempt_m(Tid(tid))
}

/// The version of this interface. A host without it cannot run the program, and says so before it starts.
pub fn abi_v1(_cx: &mut Cx, _mem: &mut dyn GuestMemory) -> SysResult<()> {
    Ok(())
}

/// What a runtime asks first: bytes of a page, processors, most bytes of memory it may have (0: no limit of its own).
pub fn osinit(cx: &mut Cx, mem: &mut dyn GuestMemory, info: u32) -> SysResult<()> {
    let cpus = u64::try_from(cx.kernel.platform().cpu_count()).unwrap_or(1);
    let words = [u64::from(cx.m.page_size), cpus, cx.process.limits.memory.unwrap_or(0)];
    let mut raw = [0; OSINIT_SIZE];
    for (to, word) in raw.chunks_exact_mut(8).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    mem.write(u64::from(info), &raw)
}

/// Gives the thread's turn to whoever waits longest.
pub async fn osyield(cx: &mut Cx, _mem: &mut dyn GuestMemory) -> SysResult<()> {
    cx.sys_sched_yield().await
}

/// Sleeps for so many microseconds.
pub async fn usleep(cx: &mut Cx, _mem: &mut dyn GuestMemory, us: u64) -> SysResult<()> {
    let deadline = deadline(cx, us.saturating_mul(1000));
    cx.sys_nanosleep(deadline).await
}

/// Waits for the word at `addr` to be woken, if it is `expected`; for ever if `timeout_ns` is all ones.
pub async fn futex_wait(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    addr: u32,
    expected: u32,
    timeout_ns: u64,
) -> SysResult<()> {
    let deadline = (timeout_ns != u64::MAX).then(|| deadline(cx, timeout_ns));
    cx.sys_futex_wait(mem, addr.into(), expected, deadline).await
}

/// Wakes up to `count` threads that wait for the word at `addr`, and tells how many they were.
pub fn futex_wake(cx: &mut Cx, mem: &mut dyn GuestMemory, addr: u32, count: u32, woken: u32) -> SysResult<()> {
    check_out(mem, woken, 4)?;
    let n = cx.sys_futex_wake(mem, addr.into(), count)?;
    put_u32(mem, woken, n)
}

/// The host's cycle counter. ENOSYS where it has none.
pub fn cputicks(cx: &mut Cx, mem: &mut dyn GuestMemory, ticks: u32) -> SysResult<()> {
    check_out(mem, ticks, 8)?;
    match gopherix_kernel::os_wasm::cputicks(cx) {
        0 => fail(Errno::ENOSYS, "this host has no cycle counter"),
        cycles => put_u64(mem, ticks, cycles),
    }
}

fn deadline(cx: &Cx, ns: u64) -> u64 {
    cx.kernel.platform().monotonic_ns().saturating_add(ns)
}
