//! A process' signal state, and what follows from it.

use std::sync::Arc;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use gopherix_abi::{DefaultAction, Signal};

use super::{Inherited, SigSet, WaitEntry, default_action};
use crate::file::{WaitQueue, wait_any};
use crate::sync::Lock;

/// What a process does with a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// What signal(7) says.
    Default,
    /// Nothing (SIG_IGN).
    Ignore,
    /// The guest takes it (`sig_next`).
    Deliver,
}

/// What a pending signal does to its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    End(Signal),
    Stop(Signal),
}

/// The signals of a process.
pub(crate) struct Signals {
    state: Lock<State>,
    /// What is pending and to be delivered, to be looked at without the lock.
    deliverable: AtomicU64,
    stopped: AtomicBool,
    /// It was stopped, continued, or is ending.
    changed: WaitQueue,
}

pub(super) struct State {
    pub(super) ignored: SigSet,
    pub(super) delivered: SigSet,
    pub(super) pending: SigSet,
    /// What it ignored at its start.
    inherited: Inherited,
    /// The runtime has handlers of its own.
    pub(super) caught: bool,
    pub(super) stopped: Option<Signal>,
    pub(super) waiters: Vec<Arc<WaitEntry>>,
}

impl Signals {
    pub(crate) fn new(inherited: Inherited) -> Signals {
        let state = State {
            ignored: inherited.ignored.without(SigSet::UNBLOCKABLE),
            delivered: SigSet::EMPTY,
            pending: SigSet::EMPTY,
            inherited,
            caught: false,
            stopped: None,
            waiters: Vec::new(),
        };
        Signals {
            state: Lock::new(state),
            deliverable: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            changed: WaitQueue::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// What its first thread blocks.
    pub(crate) fn first_mask(&self) -> SigSet {
        self.state().first_mask()
    }

    /// Whether one of these is to be delivered.
    pub(crate) fn interrupts(&self, wanted: SigSet) -> bool {
        self.deliverable.load(Ordering::Acquire) & wanted.bits() != 0
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Has every waiting thread look up.
    pub(crate) fn wake_all(&self) {
        let waiters = self.state().waiters.clone();
        for entry in waiters {
            entry.wake(None);
        }
        self.changed.wake_all();
    }

    /// Waits until `enough` says so of whether the process is stopped.
    pub(crate) async fn until(&self, enough: impl Fn(bool) -> bool) {
        while !enough(self.is_stopped()) {
            wait_any(vec![self.changed.wait()], || enough(self.is_stopped()).then_some(())).await;
        }
    }

    /// A signal becomes pending; whether a stopped process goes on by it.
    pub(super) fn post(&self, signal: Signal) -> bool {
        let mut state = self.state();
        let mut continued = false;
        if signal == Signal::SIGCONT {
            state.pending = state.pending.without(SigSet::STOPS);
            continued = state.stopped.take().is_some();
            self.stopped.store(false, Ordering::Release);
        } else if SigSet::STOPS.contains(signal) {
            state.pending.set(Signal::SIGCONT, false);
        }
        state.pending.set(signal, true);
        drop(state);
        if continued {
            self.changed.wake_all();
        }
        continued
    }

    /// The next effect of what is pending. What is to be delivered interrupts a waiting thread each.
    pub(super) fn settle(&self, blocked: impl FnOnce(&State) -> SigSet) -> Option<Effect> {
        let (effect, woken) = {
            let mut state = self.state();
            let blocked = blocked(&state).without(SigSet::UNBLOCKABLE);
            let effect = state.next_effect(blocked);
            let woken = state.interrupt();
            self.publish(&state);
            (effect, woken)
        };
        for (entry, signal) in woken {
            entry.wake(Some(signal));
        }
        effect
    }

    /// Takes the lowest signal that is to be delivered and not blocked.
    pub(super) fn take(&self, mask: SigSet) -> Option<Signal> {
        let mut state = self.state();
        let signal = state.pending.and(state.delivered).without(mask).lowest()?;
        state.pending.set(signal, false);
        self.publish(&state);
        Some(signal)
    }

    /// The process stands still from now on; whether it did not already.
    pub(super) fn stop(&self, signal: Signal) -> bool {
        let mut state = self.state();
        let first = state.stopped.is_none();
        state.stopped = Some(signal);
        self.stopped.store(true, Ordering::Release);
        drop(state);
        self.changed.wake_all();
        first
    }

    fn publish(&self, state: &State) {
        self.deliverable.store(state.pending.and(state.delivered).bits(), Ordering::Release);
    }
}

impl State {
    pub(super) fn first_mask(&self) -> SigSet {
        self.inherited.mask.without(SigSet::UNBLOCKABLE)
    }

    pub(super) fn action(&self, signal: Signal) -> Action {
        match (self.ignored.contains(signal), self.delivered.contains(signal)) {
            (true, _) => Action::Ignore,
            (_, true) => Action::Deliver,
            _ => Action::Default,
        }
    }

    pub(super) fn set_action(&mut self, signal: Signal, action: Action) {
        self.ignored.set(signal, action == Action::Ignore);
        self.delivered.set(signal, action == Action::Deliver);
    }

    /// What a signal's action was at the start.
    pub(super) fn first_action(&self, signal: Signal) -> Action {
        if self.inherited.ignored.contains(signal) { Action::Ignore } else { Action::Default }
    }

    fn next_effect(&mut self, blocked: SigSet) -> Option<Effect> {
        if self.pending.contains(Signal::SIGKILL) {
            return Some(Effect::End(Signal::SIGKILL));
        }
        if self.stopped.is_some() {
            return None;
        }
        for signal in self.pending.without(blocked).without(self.delivered).iter() {
            self.pending.set(signal, false);
            if self.ignored.contains(signal) {
                continue;
            }
            match default_action(signal, self.caught) {
                DefaultAction::Ignore | DefaultAction::Continue => {}
                DefaultAction::Terminate | DefaultAction::Core => return Some(Effect::End(signal)),
                DefaultAction::Stop => return Some(Effect::Stop(signal)),
            }
        }
        None
    }

    /// For each signal to be delivered the first thread in the queue that wants it and has not been woken.
    fn interrupt(&self) -> Vec<(Arc<WaitEntry>, Signal)> {
        let mut woken: Vec<(Arc<WaitEntry>, Signal)> = Vec::new();
        if self.waiters.is_empty() {
            return woken;
        }
        for signal in self.pending.and(self.delivered).iter() {
            if self.waiters.iter().any(|entry| entry.came() == Some(signal)) {
                continue;
            }
            let is_free = |entry: &&Arc<WaitEntry>| {
                let taken = woken.iter().any(|(other, _)| Arc::ptr_eq(other, entry));
                entry.wanted.contains(signal) && entry.came().is_none() && !taken
            };
            if let Some(entry) = self.waiters.iter().find(is_free) {
                woken.push((entry.clone(), signal));
            }
        }
        woken
    }
}
