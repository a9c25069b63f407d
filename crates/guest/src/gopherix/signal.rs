//! Signals.

use gopherix_abi::gopherix::{ITIMER_SIZE, itimer};
use gopherix_abi::{Errno, Signal};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::signal::{Itimer, SigSet, TimerKind};
use gopherix_kernel::syscall::Target;
use gopherix_kernel::task::Cx;

use crate::wire::{check_out, put_u32, put_u64};

/// The runtime is ready for signals.
pub fn initsig(cx: &mut Cx, _mem: &mut dyn GuestMemory) -> SysResult<()> {
    cx.sys_initsig()
}

/// A signal is to be delivered.
pub fn sigenable(cx: &mut Cx, _mem: &mut dyn GuestMemory, sig: u32) -> SysResult<()> {
    signal(sig).and_then(|signal| cx.sys_sigenable(signal))
}

/// A signal does what it did at the start.
pub fn sigdisable(cx: &mut Cx, _mem: &mut dyn GuestMemory, sig: u32) -> SysResult<()> {
    signal(sig).and_then(|signal| cx.sys_sigdisable(signal))
}

/// A signal does nothing.
pub fn sigignore(cx: &mut Cx, _mem: &mut dyn GuestMemory, sig: u32) -> SysResult<()> {
    signal(sig).and_then(|signal| cx.sys_sigignore(signal))
}

/// What the thread blocks: bit `n-1` for signal `n`.
pub fn sigsave(cx: &mut Cx, mem: &mut dyn GuestMemory, mask: u32) -> SysResult<()> {
    cx.sys_sigsave().and_then(|set| put_u64(mem, mask, set.bits()))
}

/// Sets what the thread blocks.
pub fn msigrestore(cx: &mut Cx, _mem: &mut dyn GuestMemory, mask: u64) -> SysResult<()> {
    cx.sys_msigrestore(SigSet::from_bits(mask))
}

/// The thread blocks everything, whether it is exiting or not.
pub fn sigblock(cx: &mut Cx, _mem: &mut dyn GuestMemory, exiting: u32) -> SysResult<()> {
    match exiting {
        0 | 1 => cx.sys_sigblock(),
        _ => fail(Errno::EINVAL, "neither true nor false"),
    }
}

/// What is handled does its default.
pub fn clear_signal_handlers(cx: &mut Cx, _mem: &mut dyn GuestMemory) -> SysResult<()> {
    cx.sys_clear_signal_handlers()
}

/// The next signal to be taken; 0 if there is none.
pub fn sig_next(cx: &mut Cx, mem: &mut dyn GuestMemory, sig: u32) -> SysResult<()> {
    check_out(mem, sig, 4)?;
    let next = cx.sys_sig_next()?;
    put_u32(mem, sig, next.map_or(0, |signal| signal.number().into()))
}

/// Sends a signal; `pid` is signed, as in kill(2), and signal 0 only looks.
pub fn kill(cx: &mut Cx, _mem: &mut dyn GuestMemory, pid: u32, sig: u32) -> SysResult<()> {
    let signal = if sig == 0 { None } else { Some(signal(sig)?) };
    cx.sys_kill(Target::from(pid.cast_signed()), signal)
}

/// Sends itself a signal.
pub fn raise(cx: &mut Cx, _mem: &mut dyn GuestMemory, sig: u32) -> SysResult<()> {
    if sig == 0 { Ok(()) } else { signal(sig).and_then(|signal| cx.sys_raise(signal)) }
}

/// Sets an interval timer, and tells what was left of the old one, unless `old` is 0.
pub fn setitimer(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    which: u32,
    interval_ns: u64,
    value_ns: u64,
    old: u32,
) -> SysResult<()> {
    let kind = match which {
        itimer::REAL => TimerKind::Real,
        itimer::VIRTUAL => TimerKind::Virtual,
        itimer::PROF => TimerKind::Prof,
        _ => return fail(Errno::EINVAL, "unknown timer"),
    };
    if old != 0 {
        check_out(mem, old, u32::try_from(ITIMER_SIZE).unwrap_or(u32::MAX))?;
    }
    let left = cx.sys_setitimer(kind, Itimer { interval_ns, value_ns })?;
    if old != 0 {
        put_u64(mem, old, left.interval_ns)?;
        put_u64(mem, old.saturating_add(8), left.value_ns)?;
    }
    Ok(())
}

fn signal(number: u32) -> SysResult<Signal> {
    match u8::try_from(number).ok().and_then(Signal::from_number) {
        Some(signal) => Ok(signal),
        None => fail(Errno::EINVAL, "no such signal"),
    }
}
