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
use crate::signal::{Action, SigSet};
use crate::task::{Cx, FdEntry, GState, Process, ThreadInfo};

/// Once per process, before any guest code: descriptors are put in place in the given order, from 0 on or behind those that the
/// process was made with; the wall-time limit is armed by the home, and the cleanups that every kind of exit needs are registered (they run in reverse order).
///
/// # Errors
/// EMFILE if there are more descriptors than the process may have; ESRCH if the kernel does not know the process.
pub fn osinit(kernel: &Arc<Kernel>, process: &Process, fds: Vec<FdEntry>) -> SysResult<()> {
    if kernel.process(process.pid).is_none() {
        return Err(SysError::new(Errno::ESRCH, "the process has ended"));
    }
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
        table.append(entry)?;
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

/// The guest's runtime is ready for signals: those that Go's handles by default do from now on what they do there (SIGUSR1, say,
/// nothing), and what it enables it takes by `sig_next`, the one way from the host into the guest.
pub fn initsig(cx: &Cx) {
    cx.process.catch_signals();
}

/// A signal is delivered to the guest from now on. What it did before.
///
/// # Errors
/// EINVAL for SIGKILL and SIGSTOP.
pub fn sigenable(process: &Process, signal: Signal) -> SysResult<Action> {
    process.set_action(signal, Action::Deliver)
}

/// A signal does again what it did at the start: its default, or nothing, if whoever started the process ignored it.
///
/// # Errors
/// EINVAL for SIGKILL and SIGSTOP.
pub fn sigdisable(process: &Process, signal: Signal) -> SysResult<Action> {
    process.reset_action(signal)
}

/// A signal does nothing from now on.
///
/// # Errors
/// EINVAL for SIGKILL and SIGSTOP.
pub fn sigignore(process: &Process, signal: Signal) -> SysResult<Action> {
    process.set_action(signal, Action::Ignore)
}

/// What an M blocks.
#[must_use]
pub fn sigsave(cx: &Cx) -> SigSet {
    cx.m.info.sigmask()
}

/// Sets what an M blocks. What is pending and blocked no more does what it does.
pub fn msigrestore(cx: &Cx, mask: SigSet) {
    cx.m.info.swap_sigmask(mask);
    cx.process.settle();
}

/// The M blocks everything from now on; what it blocked before. That SIGKILL comes through all the same is the kernel's matter.
pub fn sigblock(cx: &Cx) -> SigSet {
    cx.m.info.swap_sigmask(SigSet::ALL)
}

/// Every handled signal does its default from now on; what is ignored stays ignored. For between spawn and start of a child.
pub fn clear_signal_handlers(process: &Process) {
    process.clear_signal_handlers();
}

/// The next signal that the M is to take (`sig_next`).
#[must_use]
pub fn sig_next(cx: &Cx) -> Option<Signal> {
    cx.process.next_signal(cx.m.info.sigmask())
}

/// The process aborts now: SIGABRT, whatever it does with that otherwise.
pub fn crash(process: &Process, message: String) {
    process.end(crate::task::ExitStatus::Signaled(Signal::SIGABRT), Some(message));
}

/// A write to descriptor 1 or 2 found nobody reading: SIGPIPE, whose default ends the process (exit code 141). With any other
/// descriptor, or with SIGPIPE ignored, the guest just gets EPIPE (`os.epipecheck` in Go). A guest that handles SIGPIPE gets both.
pub fn os_sigpipe(cx: &Cx, fd: Fd) {
    if !matches!(fd, Fd(1 | 2)) {
        return;
    }
    match cx.process.action(Signal::SIGPIPE) {
        Action::Ignore => {}
        Action::Default => cx.process.end(crate::task::ExitStatus::Signaled(Signal::SIGPIPE), None),
        Action::Deliver => {
            let _ = cx.process.kill(Signal::SIGPIPE);
        }
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
