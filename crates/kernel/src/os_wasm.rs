//! The runtime-facing surface: what a Go-style runtime calls its operating system (`runtime/os_wasm.go`), by those names.
//!
//! Each function calls one domain operation. A home calls `osinit` … `mdestroy` around a guest's life in this order:
//! `osinit` (once per process) → `mpreinit` → `minit` → guest code → `exit_thread` → `unminit` → `mdestroy`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use gopherix_abi::{Errno, Fd, Signal, Timespec};

pub use crate::task::MOs;

use crate::Kernel;
use crate::error::{SysError, SysResult};
use crate::task::{Cx, FdEntry, GState, Process, ThreadInfo};

/// Once per process, before any guest code: descriptors are put in place in the given order from 0 on, the wall-time limit
/// is armed by the home, and the cleanups that every kind of exit needs are registered (they run in reverse order).
///
/// # Errors
/// EMFILE if there are more descriptors than the process may have.
pub fn osinit(kernel: &Arc<Kernel>, process: &Process, fds: Vec<FdEntry>) -> SysResult<()> {
    let weak = Arc::downgrade(kernel);
    // First registered, last run: the process leaves the table when nothing else is left of it.
    process.at_exit(Box::new(move |process| {
        if let Some(kernel) = weak.upgrade() {
            kernel.forget(process.pid);
        }
    }));
    process.at_exit(Box::new(|process| {
        let closed = process.fds.lock().drain();
        drop(closed);
        *process.cwd.lock() = process.root.clone();
    }));
    process.at_exit(Box::new(|process| {
        let _ = set_process_cpu_profiler(process, 0);
    }));
    let mut table = process.fds.lock();
    for entry in fds {
        table.install(entry)?;
    }
    Ok(())
}

/// For a new M, on its parent: the context of its system calls.
#[must_use]
pub fn mpreinit(kernel: &Arc<Kernel>, process: &Arc<Process>) -> Cx {
    kernel.create_thread(process)
}

/// On the new M, before guest code: it becomes known to the process and waits for its first turn.
pub async fn minit(cx: &mut Cx) {
    cx.process.threads.lock().insert(cx.m.tid, cx.m.info.clone());
    set_thread_cpu_profiler(&cx.m.info, cx.process.cpu_profiler_hz.load(Ordering::Relaxed));
    cx.take_turn().await;
}

/// Undoes [`minit`]: the turn goes to others, the CPU time is charged.
pub fn unminit(cx: &mut Cx) {
    cx.give_turn_back(GState::Dead);
    set_thread_cpu_profiler(&cx.m.info, 0);
    cx.process.threads.lock().remove(&cx.m.tid);
}

/// Frees what an M had. The last M's end is the process' end: its cleanups run and whoever waits for it is told.
pub fn mdestroy(cx: Cx) {
    let process = cx.process.clone();
    drop(cx);
    if process.threads.lock().is_empty() {
        process.finish();
    }
}

/// Whether the thread must stop now instead of running guest code: its process' end is decided (`exitThread`).
#[must_use]
pub fn exit_thread(cx: &Cx) -> bool {
    cx.process.is_ending()
}

/// Gives the M's turn to whoever waits longest, and waits for the next one at the back of the queue.
pub async fn osyield(cx: &mut Cx) {
    if cx.kernel.turns().contended() {
        osyield_no_g(cx).await;
    }
}

/// As [`osyield`], whether anybody waits or not; for the scheduler's own use at a tick.
pub async fn osyield_no_g(cx: &mut Cx) {
    cx.give_turn_back(GState::Runnable);
    cx.take_turn().await;
}

/// Sleeps until a monotonic time in ns: on the timer heap, parked, the turn given to others. Never ends early, but when
/// the process ends.
///
/// # Errors
/// EINTR if the process ends.
pub async fn usleep_no_g(cx: &mut Cx, deadline_ns: u64) -> SysResult<()> {
    let sleep = cx.kernel.timers().sleep_until(deadline_ns);
    cx.park(sleep).await
}

/// Wall clock.
#[must_use]
pub fn syscall_now(cx: &Cx) -> Timespec {
    cx.kernel.platform().wall_time()
}

/// The host's cycle counter, 0 where there is none.
#[must_use]
pub fn cputicks(cx: &Cx) -> u64 {
    cx.kernel.platform().cycles()
}

/// Starts sampling a process, `hz` times a second of its processor time on each M, or stops it (0). Its home takes the samples.
/// It stops by itself at the process' end.
///
/// # Errors
/// EBUSY if it is being sampled: samples of two would be told apart by nothing. ESRCH if it is ending.
pub fn set_process_cpu_profiler(process: &Process, hz: u32) -> SysResult<()> {
    let profiler = &process.cpu_profiler_hz;
    if hz == 0 {
        profiler.store(0, Ordering::Relaxed);
    } else if process.is_ending() {
        return Err(SysError::new(Errno::ESRCH, "the process is ending"));
    } else if profiler.compare_exchange(0, hz, Ordering::Relaxed, Ordering::Relaxed).is_err() {
        return Err(SysError::new(Errno::EBUSY, "the process is being sampled already"));
    }
    for thread in process.threads.lock().values() {
        set_thread_cpu_profiler(thread, hz);
    }
    Ok(())
}

/// Sets the period of one M's samples, in samples a second of its processor time; 0 for none. What it was before.
pub fn set_thread_cpu_profiler(thread: &ThreadInfo, hz: u32) -> u32 {
    thread.swap_cpu_profiler_hz(hz)
}

/// A write to descriptor 1 or 2 found nobody reading: SIGPIPE, whose default ends the process (exit code 141). With any other
/// descriptor, or with SIGPIPE ignored, the guest just gets EPIPE (`os.epipecheck` in Go).
pub fn os_sigpipe(cx: &Cx, fd: Fd) {
    if matches!(fd, Fd(1 | 2)) && !cx.process.ignores(Signal::SIGPIPE) {
        cx.process.end(crate::task::ExitStatus::Signaled(Signal::SIGPIPE), None);
    }
}

/// What a signal is called: `SIGINT: interrupt`; `None` for numbers that are no signal.
#[must_use]
pub fn signame(number: u8) -> Option<String> {
    Signal::from_number(number).map(|signal| signal.to_string())
}

/// All signals with names of their own.
#[must_use]
pub fn sigtab() -> &'static [Signal] {
    Signal::TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signame_and_sigtab_agree() {
        for signal in sigtab() {
            assert!(signame(signal.number()).is_some_and(|n| n.starts_with("SIG")));
        }
        assert_eq!(signame(0), None);
    }
}
