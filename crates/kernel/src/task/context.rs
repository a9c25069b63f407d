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
use crate::signal::{GsignalStack, SigSet};
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
    /// The signals it blocks.
    sigmask: AtomicU64,
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

    pub(crate) fn mask_bits(&self) -> &AtomicU64 {
        &self.sigmask
    }

    fn has_turn(&self) -> bool {
        self.turn_since.load(Ordering::Relaxed) != NO_TURN
    }

    /// Waits for a turn at the back of the queue; while its process stands still, without a place there.
    async fn take_turn(&self, kernel: &Kernel, process: &Process) {
        loop {
            process.while_stopped().await;
            self.set_state(GState::Runnable);
            kernel.turns().take().await;
            if !process.is_stopped() || process.is_ending() {
                break;
            }
            self.set_state(GState::Waiting);
            kernel.turns().give_back();
        }
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
    /// The stack that its signal code runs on.
    pub gsignal: Option<GsignalStack>,
    pub(crate) info: Arc<ThreadInfo>,
}

impl MOs {
    /// What others may know of it.
    #[must_use]
    pub fn info(&self) -> Arc<ThreadInfo> {
        self.info.clone()
    }

    /// An M that has not run yet, and the signals it blocks.
    pub(crate) fn new(tid: Tid, mask: SigSet) -> MOs {
        let info = ThreadInfo {
            state: AtomicU8::new(u8_of(GState::Waiting)),
            cpu_ns: AtomicU64::new(0),
            turn_since: AtomicU64::new(NO_TURN),
            cpu_profiler_hz: AtomicU32::new(0),
            sigmask: AtomicU64::new(mask.bits()),
        };
        MOs { tid, arch: "wasm32", page_size: 65536, gsignal: None, info: Arc::new(info) }
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
/// The error of a wait that a signal cut short, which the guest is to take.
pub(crate) const EINTR_SIGNAL: SysError = SysError::new(Errno::EINTR, "a signal is to be taken");

impl Cx {
    pub(crate) fn new(kernel: Arc<Kernel>, process: Arc<Process>, m: MOs) -> Cx {
        let trace = kernel.trace_mask();
        Cx { kernel, process, m, waits: 0, trace, bounce: Vec::new() }
    }

    /// Waits for something, giving the thread's turn to others meanwhile. If it is there already, nothing is given up. While
    /// the process stands still it does not end.
    ///
    /// # Errors
    /// EINTR if the process ends first, or a signal comes that the guest is to take.
    pub(crate) async fn park<F: Future>(&mut self, what: F) -> SysResult<F::Output> {
        self.park_heeding(SigSet::ALL.without(self.m.info.sigmask()), what).await
    }

    async fn park_heeding<F: Future>(&mut self, signals: SigSet, what: F) -> SysResult<F::Output> {
        let mut what = std::pin::pin!(what);
        if let Some(answer) = (&mut what).now_or_never() {
            return Ok(answer);
        }
        self.check_interrupt(signals)?;
        self.give_turn_back(GState::Waiting);
        self.waits = self.waits.saturating_add(1);
        self.process.usage.voluntary.fetch_add(1, Ordering::Relaxed);
        let outcome = loop {
            let place = self.process.signals.enter(self.m.tid, signals);
            // Something may have come between the first look and the place just taken.
            if let Err(interrupted) = self.check_interrupt(signals) {
                break Err(interrupted);
            }
            let woken = std::pin::pin!(place.woken());
            if let Either::Left((answer, _)) = select(what.as_mut(), woken).await {
                break Ok(answer);
            }
        };
        self.take_turn().await;
        outcome
    }

    /// [`Cx::park`] that no signal to be taken interrupts.
    pub(crate) async fn park_through<F: Future>(&mut self, what: F) -> SysResult<F::Output> {
        self.park_heeding(SigSet::EMPTY, what).await
    }

    /// Whether a wait must end here.
    fn check_interrupt(&self, signals: SigSet) -> SysResult<()> {
        if self.process.is_ending() {
            return Err(EINTR_ENDING);
        }
        match self.process.signals.interrupts(signals) && !self.process.is_stopped() {
            true => Err(EINTR_SIGNAL),
            false => Ok(()),
        }
    }

    /// Whether others wait for a turn, or its process stands still: the thread has to give up its turn at a tick.
    #[must_use]
    pub fn must_pass_turn(&self) -> bool {
        self.process.is_stopped() || self.kernel.turns().contended()
    }

    /// To be called where a guest's call is over that may wait: if its process was stopped meanwhile, it goes no further before
    /// that is over.
    pub async fn stand_still(&mut self) {
        if self.process.is_stopped() && !self.process.is_ending() {
            self.give_turn_back(GState::Waiting);
            self.take_turn().await;
        }
    }

    /// Waits for a turn to run guest code, at the back of the queue.
    pub async fn take_turn(&mut self) {
        if !self.m.info.has_turn() {
            self.m.info.take_turn(&self.kernel, &self.process).await;
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
        self.process.usage.involuntary.fetch_add(1, Ordering::Relaxed);
        let (kernel, process, info) = (self.kernel.clone(), self.process.clone(), self.m.info.clone());
        async move { info.take_turn(&kernel, &process).await }
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
        for signal in self.process.itimers.expired(used) {
            let _ = self.process.kill(signal);
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
