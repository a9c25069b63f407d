//! Arguments, environment, exit, signals, scheduling, randomness.

use gopherix_abi::{Errno, wasip1};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

use super::ThreadExit;
use crate::wire::{check_out, put_len, slice};

/// The arguments: a vector of pointers, and the NUL-terminated strings behind them.
pub fn args_get(cx: &mut Cx, mem: &mut dyn GuestMemory, argv: u32, argv_buf: u32) -> SysResult<()> {
    cx.sys_args_get().and_then(|args| put_strings(mem, &args, argv, argv_buf))
}

/// How many arguments there are, and the bytes of all of them with their NULs.
pub fn args_sizes_get(cx: &mut Cx, mem: &mut dyn GuestMemory, argc: u32, argv_buf_size: u32) -> SysResult<()> {
    let process = cx.process.clone();
    put_sizes(mem, &process.args, argc, argv_buf_size)
}

/// The environment, laid out as the arguments.
pub fn environ_get(cx: &mut Cx, mem: &mut dyn GuestMemory, environ: u32, environ_buf: u32) -> SysResult<()> {
    cx.sys_environ_get().and_then(|env| put_strings(mem, &env, environ, environ_buf))
}

/// How many variables there are, and the bytes of all of them with their NULs.
pub fn environ_sizes_get(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    environc: u32,
    environ_buf_size: u32,
) -> SysResult<()> {
    let process = cx.process.clone();
    put_sizes(mem, &process.env, environc, environ_buf_size)
}

fn put_strings(mem: &mut dyn GuestMemory, strings: &[Vec<u8>], vector: u32, buf: u32) -> SysResult<()> {
    // Both ranges are checked before either is written. Neither may pass the end of a 32-bit memory.
    check_out(mem, vector, u32::try_from(strings.len().saturating_mul(4)).unwrap_or(u32::MAX))?;
    check_out(mem, buf, u32::try_from(total_len(strings)).unwrap_or(u32::MAX))?;
    let (mut slot, mut at) = (u64::from(vector), u64::from(buf));
    for string in strings {
        mem.write(slot, &u32::try_from(at).unwrap_or(u32::MAX).to_le_bytes())?;
        let terminated = [string.as_slice(), b"\0"].concat();
        mem.write(at, &terminated)?;
        slot = slot.saturating_add(4);
        at = at.saturating_add(u64::try_from(terminated.len()).unwrap_or(u64::MAX));
    }
    Ok(())
}

fn put_sizes(mem: &mut dyn GuestMemory, strings: &[Vec<u8>], count: u32, bytes: u32) -> SysResult<()> {
    check_out(mem, bytes, 4)?;
    put_len(mem, count, strings.len())?;
    put_len(mem, bytes, total_len(strings))
}

/// Bytes of all strings with their NULs.
fn total_len(strings: &[Vec<u8>]) -> usize {
    strings.iter().fold(0, |sum, s| sum.saturating_add(s.len()).saturating_add(1))
}

/// Ends the process. Never returns to the guest.
pub fn proc_exit(cx: &mut Cx, code: u32) -> ThreadExit {
    // Deciding the end cannot fail; that it was decided already is fine too.
    let _ = cx.sys_exit(code);
    ThreadExit
}

/// Sends the process a signal. 0 ("none") does nothing; numbers that are no signal answer EINVAL.
pub fn proc_raise(cx: &mut Cx, _mem: &mut dyn GuestMemory, sig: u32) -> SysResult<()> {
    match u8::try_from(sig) {
        Ok(0) => Ok(()),
        Ok(number) => match wasip1::signal(number) {
            Some(signal) => cx.sys_raise(signal),
            None => fail(Errno::EINVAL, "no such signal"),
        },
        Err(_) => fail(Errno::EINVAL, "no such signal"),
    }
}

/// Lets others run.
pub async fn sched_yield(cx: &mut Cx, _mem: &mut dyn GuestMemory) -> SysResult<()> {
    cx.sys_sched_yield().await
}

/// Fills a buffer with random bytes.
pub fn random_get(cx: &mut Cx, mem: &mut dyn GuestMemory, buf: u32, buf_len: u32) -> SysResult<()> {
    cx.sys_getrandom(mem, slice(buf, buf_len))
}
