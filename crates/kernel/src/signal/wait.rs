//! Threads that wait where a signal may interrupt them.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Poll, Waker};

use gopherix_abi::{Signal, Tid};

use super::{SigSet, Signals};
use crate::sync::Lock;

/// A waiting thread in its process' queue (`wait_entry`).
#[derive(Debug)]
pub struct WaitEntry {
    /// The thread.
    pub tid: Tid,
    /// The signals that may interrupt it.
    pub wanted: SigSet,
    came: AtomicU8,
    waker: Lock<Waked>,
}

#[derive(Debug, Default)]
struct Waked {
    woken: bool,
    waker: Option<Waker>,
}

impl WaitEntry {
    /// The signal that has interrupted it; `None` if none has, or it was woken for another reason.
    #[must_use]
    pub fn came(&self) -> Option<Signal> {
        Signal::from_number(self.came.load(Ordering::Relaxed))
    }

    /// Has it look up, for a signal if one is given.
    pub(super) fn wake(&self, signal: Option<Signal>) {
        if let Some(signal) = signal {
            self.came.store(signal.number(), Ordering::Relaxed);
        }
        let waker = {
            let mut state = self.waker.lock();
            state.woken = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A place in the queue, left when this is dropped.
pub(crate) struct Place<'a> {
    signals: &'a Signals,
    entry: Arc<WaitEntry>,
}

impl Place<'_> {
    /// Ends when the thread is to look up.
    pub(crate) async fn woken(&self) {
        poll_fn(|cx| {
            let mut state = self.entry.waker.lock();
            if state.woken {
                return Poll::Ready(());
            }
            if !state.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                state.waker = Some(cx.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.signals.leave(&self.entry);
    }
}

impl Signals {
    /// Takes a place in the queue. Whatever came before is for the caller to look at, after this.
    pub(crate) fn enter(&self, tid: Tid, wanted: SigSet) -> Place<'_> {
        let entry = WaitEntry { tid, wanted, came: AtomicU8::new(0), waker: Lock::default() };
        let entry = Arc::new(entry);
        self.state().waiters.push(entry.clone());
        Place { signals: self, entry }
    }

    fn leave(&self, entry: &Arc<WaitEntry>) {
        self.state().waiters.retain(|other| !Arc::ptr_eq(other, entry));
    }
}
