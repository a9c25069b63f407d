//! A thread of a guest: the context of its system calls.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

use futures::FutureExt;
use futures::future::{Either, select};
use gopherix_abi::{Errno, Signal, Tid};

use super::process::{ExitStatus, Process};
use crate::Kernel;
use crate::error::{SysError, SysResult};
use crate::trace::TraceMask;

/// What a thread is doing (Go's `_Grunning` and so on, and the letter in `/proc/PID/stat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum GState {
    /// Wants to run, waits for a turn.
    Runnable = 0,
    /// Runs guest code.
    Running = 1,
    /// Waits in a system call.
    Waiting = 2,
    /// Gone.
    Dead = 3,
}

impl GState {
    /// The letter `/proc/PID/stat` shows.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            GState::Runnable | GState::Running => 'R',
            GState::Waiting => 'S',
            GState::Dead => 'Z',
        }
    }
}

/// What others may know of a thread.
pub struct ThreadInfo {
    state: AtomicU8,
    cpu_ns: AtomicU64,
    /// The host thread's CPU clock when the present turn began or was last charged; [`NO_TURN`] without one.
    turn_since: AtomicU64,
    /// Samples a second of its processor time; 0 for none.
    cpu_profiler_hz: AtomicU32,
}

const NO_TURN: u64 = u64::MAX;

impl ThreadInfo {
    /// What it is doing.
    #[must_use]
    pub fn state(&self) -> GState {
        match self.state.load(Ordering::Relaxed) {
            0 => GState::Runnable,
            1 => GState::Running,
            2 => GState::Waiting,
            _ => GState::Dead,
        }
    }

    /// CPU time in ns of its turns that are over.
    #[must_use]
    pub fn cpu_ns(&self) -> u64 {
        self.cpu_ns.load(Ordering::Relaxed)
    }

    /// How often a second of its processor time its home is to sample it; 0 for never.
    #[must_use]
    pub fn cpu_profiler_hz(&self) -> u32 {
        self.cpu_profiler_hz.load(Ordering::Relaxed)
    }

    pub(crate) fn swap_cpu_profiler_hz(&self, hz: u32) -> u32 {
        self.cpu_profiler_hz.swap(hz, Ordering::Relaxed)
    }

    fn set_state(&self, state: GState) {
        self.state.store(u8_of(state), Ordering::Relaxed);
    }

    fn has_turn(&self) -> bool {
        self.turn_since.load(Ordering::Relaxed) != NO_TURN
    }

    /// Waits for a turn at the back of the queue.
    async fn take_turn(&self, kernel: &Kernel) {
        self.set_state(GState::Runnable);
        kernel.turns().take().await;
        self.set_state(GState::Running);
        self.turn_since.store(kernel.platform().thread_cpu_ns(), Ordering::Relaxed);
    }
}

/// What the OS keeps for one M, one thread of a guest (`mOS` of Go's runtime).
pub struct MOs {
    /// Its thread id.
    pub tid: Tid,
    /// The guest's architecture.
    pub arch: &'static str,
    /// Bytes in a page of linear memory.
    pub page_size: u32,
    /// Signals it blocks, bit `n-1` for signal `n`.
    pub sigmask: u64,
    pub(crate) info: Arc<ThreadInfo>,
}

impl MOs {
    /// What others may know of it.
    #[must_use]
    pub fn info(&self) -> Arc<ThreadInfo> {
        self.info.clone()
    }

    /// An M that has not run yet.
    pub(crate) fn new(tid: Tid) -> MOs {
        let info = ThreadInfo {
            state: AtomicU8::new(u8_of(GState::Waiting)),
            cpu_ns: AtomicU64::new(0),
            turn_since: AtomicU64::new(NO_TURN),
            cpu_profiler_hz: AtomicU32::new(0),
        };
        MOs { tid, arch: "wasm32", page_size: 65536, sigmask: 0, info: Arc::new(info) }
    }
}

fn u8_of(state: GState) -> u8 {
    match state {
        GState::Runnable => 0,
        GState::Running => 1,
        GState::Waiting => 2,
        GState::Dead => 3,
    }
}

/// Everything a system call needs to know: the kernel, the process, the thread. The home keeps it with the guest's
/// instance.
pub struct Cx {
    /// The kernel.
    pub kernel: Arc<Kernel>,
    /// The process.
    pub process: Arc<Process>,
    /// The thread.
    pub m: MOs,
    /// How often it has waited (`ru_nvcsw` of getrusage(2)).
    pub waits: u64,
    pub(crate) trace: TraceMask,
    /// Buffer that data passes through on its way to or from guest memory.
    pub(crate) bounce: Vec<u8>,
}

/// The error of a wait that the process' end cut short. The guest never sees it: its thread ends first.
pub(crate) const EINTR_ENDING: SysError = SysError::new(Errno::EINTR, "the process is ending");

impl Cx {
    pub(crate) fn new(kernel: Arc<Kernel>, process: Arc<Process>, m: MOs) -> Cx {
        let trace = kernel.trace_mask();
        Cx { kernel, process, m, waits: 0, trace, bounce: Vec::new() }
    }

    /// Waits for something, giving the thread's turn to others meanwhile. If it is there already, nothing is given up.
    ///
    /// # Errors
    /// EINTR if the process ends first.
    pub(crate) async fn park<F: Future>(&mut self, what: F) -> SysResult<F::Output> {
        let mut what = std::pin::pin!(what);
        if let Some(answer) = (&mut what).now_or_never() {
            return Ok(answer);
        }
        if self.process.is_ending() {
            return Err(EINTR_ENDING);
        }
        let interrupted = self.process.interrupted();
        self.give_turn_back(GState::Waiting);
        self.waits = self.waits.saturating_add(1);
        // The end may have been decided between the first look and the registration just above.
        let outcome = if self.process.is_ending() { None } else { Some(select(what, interrupted).await) };
        self.take_turn().await;
        match outcome {
            Some(Either::Left((answer, _))) => Ok(answer),
            Some(Either::Right(_)) | None => Err(EINTR_ENDING),
        }
    }

    /// Waits for a turn to run guest code, at the back of the queue.
    pub async fn take_turn(&mut self) {
        if !self.m.info.has_turn() {
            self.m.info.take_turn(&self.kernel).await;
        }
    }

    /// Gives the turn back and charges the CPU time it took.
    pub fn give_turn_back(&mut self, state: GState) {
        if self.m.info.has_turn() {
            self.charge();
            self.m.info.turn_since.store(NO_TURN, Ordering::Relaxed);
            self.m.info.set_state(state);
            self.kernel.turns().give_back();
        }
    }

    /// As [`Cx::give_turn_back`] and [`Cx::take_turn`], for a home whose engine yields by a future that cannot borrow the
    /// context.
    pub fn pass_turn(&mut self) -> impl Future<Output = ()> + Send + 'static {
        self.give_turn_back(GState::Runnable);
        let (kernel, info) = (self.kernel.clone(), self.m.info.clone());
        async move { info.take_turn(&kernel).await }
    }

    /// Charges the process for the turn so far, and returns its CPU time in ns. A process that has used up its limit
    /// (`RLIMIT_CPU` of setrlimit(2)) ends.
    pub fn charge(&mut self) -> u64 {
        let info = &self.m.info;
        let since = info.turn_since.load(Ordering::Relaxed);
        let used = &self.process.usage.cpu_ns;
        if since == NO_TURN {
            return used.load(Ordering::Relaxed);
        }
        let now = self.kernel.platform().thread_cpu_ns();
        let spent = now.saturating_sub(since);
        info.turn_since.store(now, Ordering::Relaxed);
        info.cpu_ns.fetch_add(spent, Ordering::Relaxed);
        let used = used.fetch_add(spent, Ordering::Relaxed).saturating_add(spent);
        if self.process.limits.cpu_time_ns.is_some_and(|limit| used >= limit) {
            self.process.end(ExitStatus::Signaled(Signal::SIGXCPU), Some("its CPU time limit is used up".into()));
        }
        used
    }
}

impl Drop for Cx {
    /// A thread that is dropped while it runs (its home gave up on it) must not keep its turn for ever.
    fn drop(&mut self) {
        self.give_turn_back(GState::Dead);
    }
}
