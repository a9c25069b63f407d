//! Signals as a process has them: sending, taking, actions.

use std::sync::atomic::Ordering;

use gopherix_abi::{Errno, Signal};

use super::state::{Effect, State};
use super::{Action, Inherited, SigSet};
use crate::error::{SysResult, fail};
use crate::task::{ChildEvent, ExitStatus, Process};

impl Process {
    /// Sends a signal (kill(2)). What becomes of it depends on its action, its threads' masks, and whether the process stands
    /// still.
    ///
    /// # Errors
    /// None so far: a process that has ended takes it as any other, and nothing happens.
    pub fn kill(&self, signal: Signal) -> SysResult<()> {
        if let Some(foreign) = self.foreign() {
            foreign.kill(signal);
            return Ok(());
        }
        if self.signals.post(signal) {
            self.tell_parent(ChildEvent::Continued);
        }
        self.settle();
        Ok(())
    }

    /// Has what is pending do what it does now.
    pub(crate) fn settle(&self) {
        while let Some(effect) = self.signals.settle(|state| self.blocked(state)) {
            match effect {
                Effect::End(signal) => return self.end(ExitStatus::Signaled(signal), None),
                Effect::Stop(signal) => self.stop(signal),
            }
        }
    }

    /// The process stands still, unless it is of an orphaned group and the signal a terminal's: nobody could continue it
    /// (setpgid(2), "orphaned").
    fn stop(&self, signal: Signal) {
        if signal != Signal::SIGSTOP && self.is_of_orphaned_group() {
            return;
        }
        if !self.is_ending() && self.signals.stop(signal) {
            self.tell_parent(ChildEvent::Stopped(signal));
        }
    }

    /// A program of the host was stopped.
    pub fn foreign_stopped(&self, signal: Signal) {
        if self.signals.stop(signal) {
            self.tell_parent(ChildEvent::Stopped(signal));
        }
    }

    /// A program of the host goes on.
    pub fn foreign_continued(&self) {
        if self.signals.post(Signal::SIGCONT) {
            self.tell_parent(ChildEvent::Continued);
        }
    }

    /// What every thread blocks.
    fn blocked(&self, state: &State) -> SigSet {
        let threads = self.threads.lock();
        if threads.is_empty() {
            return state.first_mask();
        }
        threads.values().fold(SigSet::ALL, |all, thread| all.and(thread.sigmask()))
    }

    /// Takes the lowest pending signal that is to be delivered and that `mask` does not block.
    #[must_use]
    pub fn next_signal(&self, mask: SigSet) -> Option<Signal> {
        self.signals.take(mask)
    }

    /// What it does with a signal.
    #[must_use]
    pub fn action(&self, signal: Signal) -> Action {
        self.signals.state().action(signal)
    }

    /// Sets what it does with a signal (sigaction(2)); what it did before.
    ///
    /// # Errors
    /// EINVAL for SIGKILL and SIGSTOP.
    pub fn set_action(&self, signal: Signal, action: Action) -> SysResult<Action> {
        if SigSet::UNBLOCKABLE.contains(signal) {
            return fail(Errno::EINVAL, "SIGKILL and SIGSTOP do what they do");
        }
        let old = {
            let mut state = self.signals.state();
            let old = state.action(signal);
            state.set_action(signal, action);
            old
        };
        self.settle();
        Ok(old)
    }

    /// Sets a signal's action to what it was at the start: ignored, if whoever started it ignored it, or the default.
    ///
    /// # Errors
    /// EINVAL for SIGKILL and SIGSTOP.
    pub fn reset_action(&self, signal: Signal) -> SysResult<Action> {
        let first = self.signals.state().first_action(signal);
        self.set_action(signal, first)
    }

    /// Has every handled signal take its default action, as between fork(2) and execve(2) (`clearSignalHandlers`). Ignored
    /// ones stay ignored.
    pub fn clear_signal_handlers(&self) {
        {
            let mut state = self.signals.state();
            state.delivered = SigSet::EMPTY;
            state.caught = false;
        }
        self.settle();
    }

    /// The guest's runtime has handlers of its own: what Go's does by default is what happens by default (`initsig`).
    pub fn catch_signals(&self) {
        self.signals.state().caught = true;
    }

    /// Whether a signal is ignored (SIG_IGN).
    #[must_use]
    pub fn ignores(&self, signal: Signal) -> bool {
        self.action(signal) == Action::Ignore
    }

    /// Sets or clears SIG_IGN for a signal. SIGKILL and SIGSTOP cannot be ignored (signal(7)): for them it does nothing.
    pub fn set_ignored(&self, signal: Signal, on: bool) {
        let _ = self.set_action(signal, if on { Action::Ignore } else { Action::Default });
    }

    /// Ignored, handled and pending signals, for `/proc`.
    #[must_use]
    pub fn signal_sets(&self) -> SignalSets {
        let state = self.signals.state();
        let blocked = self.blocked(&state);
        SignalSets { ignored: state.ignored, caught: state.delivered, pending: state.pending, blocked }
    }

    /// What a child that a thread with this mask starts begins with.
    #[must_use]
    pub fn inherited_signals(&self, mask: SigSet) -> Inherited {
        Inherited { ignored: self.signals.state().ignored, mask }
    }

    /// The signal that has stopped it, while it stands still.
    #[must_use]
    pub fn stopped_by(&self) -> Option<Signal> {
        self.signals.state().stopped
    }

    /// Whether it stands still. Its threads find out at the next tick or waiting call.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.signals.is_stopped()
    }

    /// Waits until it stands still, or is ending.
    pub async fn until_stopped(&self) {
        self.signals.until(|stopped| stopped || self.is_ending()).await;
    }

    /// Waits until it does not stand still, or is ending.
    pub async fn until_continued(&self) {
        self.while_stopped().await;
    }

    /// Waits while it stands still and is not ending.
    pub(crate) async fn while_stopped(&self) {
        self.signals.until(|stopped| !stopped || self.is_ending()).await;
    }
}

/// What `/proc/PID/status` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalSets {
    /// SigIgn.
    pub ignored: SigSet,
    /// SigCgt.
    pub caught: SigSet,
    /// ShdPnd.
    pub pending: SigSet,
    /// SigBlk: what every thread blocks.
    pub blocked: SigSet,
}

impl crate::task::ThreadInfo {
    /// What the thread blocks.
    #[must_use]
    pub fn sigmask(&self) -> SigSet {
        SigSet::from_bits(self.mask_bits().load(Ordering::Relaxed))
    }

    /// Sets what it blocks; what it blocked before. SIGKILL and SIGSTOP cannot be.
    pub(crate) fn swap_sigmask(&self, mask: SigSet) -> SigSet {
        let mask = mask.without(SigSet::UNBLOCKABLE);
        SigSet::from_bits(self.mask_bits().swap(mask.bits(), Ordering::Relaxed))
    }
}
