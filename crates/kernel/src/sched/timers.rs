//! The timer heap: sleepers ordered by their time, one platform alarm for the earliest.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::platform::Platform;
use crate::sync::Lock;

/// The sleepers of a kernel.
pub struct Timers {
    platform: Arc<dyn Platform>,
    heap: Lock<Heap>,
}

#[derive(Default)]
struct Heap {
    /// By deadline (monotonic ns), then by arrival.
    sleepers: BTreeMap<(u64, u64), Waker>,
    next_id: u64,
}

impl Timers {
    /// Nobody sleeps yet.
    #[must_use]
    pub fn new(platform: Arc<dyn Platform>) -> Self {
        Timers { platform, heap: Lock::new(Heap::default()) }
    }

    /// Ends at the monotonic time `deadline_ns`, never before.
    #[must_use]
    pub fn sleep_until(self: &Arc<Self>, deadline_ns: u64) -> Sleep {
        Sleep { timers: self.clone(), deadline_ns, id: None }
    }

    /// Wakes all whose time has come and sets the alarm for the next.
    pub fn fire(&self) {
        let now = self.platform.monotonic_ns();
        let (due, next) = {
            let mut heap = self.heap.lock();
            let later = heap.sleepers.split_off(&(now.saturating_add(1), 0));
            let due = std::mem::replace(&mut heap.sleepers, later);
            (due, heap.sleepers.keys().next().map(|(deadline, _)| *deadline))
        };
        self.platform.set_alarm(next);
        for waker in due.into_values() {
            waker.wake();
        }
    }

    /// How many sleep.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.lock().sleepers.len()
    }

    /// Whether nobody sleeps.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A sleep; dropping it takes it off the heap.
pub struct Sleep {
    timers: Arc<Timers>,
    deadline_ns: u64,
    id: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.timers.platform.monotonic_ns() >= self.deadline_ns {
            return Poll::Ready(());
        }
        let timers = self.timers.clone();
        let mut heap = timers.heap.lock();
        let id = match self.id {
            Some(id) => id,
            None => {
                heap.next_id = heap.next_id.wrapping_add(1);
                heap.next_id
            }
        };
        self.id = Some(id);
        heap.sleepers.insert((self.deadline_ns, id), cx.waker().clone());
        // Asked for again on every poll of the first in line: cheap, and no firing can slip in between.
        let first = heap.sleepers.keys().next() == Some(&(self.deadline_ns, id));
        drop(heap);
        if first {
            timers.platform.set_alarm(Some(self.deadline_ns));
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.timers.heap.lock().sleepers.remove(&(self.deadline_ns, id));
        }
    }
}
