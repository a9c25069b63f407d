//! Profiling: `setProcessCPUProfiler`, `setThreadCPUProfiler` of Go's `runtime/os_wasm.go`, and the samples.
//!
//! None waits. The home samples; a process that asked for it takes its own samples here.

use gopherix_abi::Errno;

use crate::error::{SysResult, fail};
use crate::os_wasm;
use crate::platform::GuestSample;
use crate::task::Cx;

/// Most samples a second: above that a profile measures itself.
const MAX_HZ: u32 = 1_000_000;

/// Samples the process `hz` times a second of its processor time, or stops (0). EBUSY if it is being sampled, by itself or by
/// whoever started it; EINVAL for rates that make no sense; ENOTSUP where the home cannot sample.
pub(crate) fn sys_set_process_cpu_profiler(cx: &mut Cx, hz: u32) -> SysResult<()> {
    check(hz)?;
    if hz > 0 && cx.process.sample_source().is_none() {
        return fail(Errno::ENOTSUP, "this program cannot be sampled here");
    }
    os_wasm::set_process_cpu_profiler(&cx.process, hz)
}

/// Sets how often the calling thread is sampled a second of its processor time; the rate before.
pub(crate) fn sys_set_thread_cpu_profiler(cx: &mut Cx, hz: u32) -> SysResult<u32> {
    check(hz)?;
    Ok(os_wasm::set_thread_cpu_profiler(&cx.m.info(), hz))
}

/// The next sample that has no more than `room` program counters: those that were taken since the start. EAGAIN if there is
/// none, ERANGE if the next has more.
pub(crate) fn sys_profile_next(cx: &mut Cx, room: usize) -> SysResult<GuestSample> {
    let Some(source) = cx.process.sample_source() else { return fail(Errno::EAGAIN, "nobody samples this process") };
    let mut next = cx.process.next_sample.lock();
    if next.is_none() {
        *next = source.take();
    }
    match next.take() {
        None => fail(Errno::EAGAIN, "no sample is there"),
        Some(sample) if sample.stack.len() <= room => Ok(sample),
        Some(sample) => {
            *next = Some(sample);
            fail(Errno::ERANGE, "the next sample has more counters than there is room for")
        }
    }
}

fn check(hz: u32) -> SysResult<()> {
    if hz > MAX_HZ { fail(Errno::EINVAL, "more than a million samples a second") } else { Ok(()) }
}
