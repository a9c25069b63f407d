//! Futexes (futex(2)): threads of a process that wait for a word of its memory to change.
//!
//! A waiter takes its place in the queue first and looks at the word after, so that a waker, who stores first and looks at the
//! queue after, cannot be missed. Waiters of one word are woken in the order they came.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};

use crate::sync::Lock;

/// The waiters of a process, by the address of the word.
#[derive(Default)]
pub struct Futexes(Lock<BTreeMap<u64, VecDeque<Arc<Waiter>>>>);

#[derive(Default)]
struct Waiter {
    woken: AtomicBool,
    waker: Lock<Option<Waker>>,
}

/// A place in the queue of a word; it is given up when dropped.
pub struct Place<'a> {
    futexes: &'a Futexes,
    addr: u64,
    waiter: Arc<Waiter>,
}

impl Futexes {
    /// Takes a place at the end of a word's queue.
    pub fn enter(&self, addr: u64) -> Place<'_> {
        let waiter = Arc::new(Waiter::default());
        self.0.lock().entry(addr).or_default().push_back(waiter.clone());
        Place { futexes: self, addr, waiter }
    }

    /// Wakes up to `count` waiters of a word, those who came first; how many there were.
    pub fn wake(&self, addr: u64, count: u32) -> u32 {
        let woken: Vec<_> = {
            let mut queues = self.0.lock();
            let Some(queue) = queues.get_mut(&addr) else { return 0 };
            let count = usize::try_from(count).unwrap_or(usize::MAX).min(queue.len());
            let woken = queue.drain(..count).collect();
            if queue.is_empty() {
                queues.remove(&addr);
            }
            woken
        };
        for waiter in &woken {
            waiter.woken.store(true, Ordering::Release);
            if let Some(waker) = waiter.waker.lock().take() {
                waker.wake();
            }
        }
        u32::try_from(woken.len()).unwrap_or(u32::MAX)
    }

    /// How many wait, for any word.
    #[must_use]
    pub fn waiters(&self) -> usize {
        self.0.lock().values().map(VecDeque::len).sum()
    }
}

impl Place<'_> {
    /// Ends when this waiter is woken.
    pub async fn woken(&self) {
        poll_fn(|cx| {
            *self.waiter.waker.lock() = Some(cx.waker().clone());
            if self.waiter.woken.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut queues = self.futexes.0.lock();
        if let Some(queue) = queues.get_mut(&self.addr) {
            queue.retain(|waiter| !Arc::ptr_eq(waiter, &self.waiter));
            if queue.is_empty() {
                queues.remove(&self.addr);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Driven;

    #[test]
    fn who_came_first_is_woken_first_and_nobody_else() {
        let futexes = Futexes::default();
        let places: Vec<_> = (0..3).map(|_| futexes.enter(8)).collect();
        let other = futexes.enter(12);
        let mut waits: Vec<_> = places.iter().chain([&other]).map(|place| Driven::new(place.woken())).collect();
        assert!(waits.iter_mut().all(|wait| wait.poll().is_pending()));
        assert_eq!(futexes.wake(8, 2), 2);
        let woken: Vec<_> = waits.iter_mut().map(|wait| wait.is_woken() && wait.poll().is_ready()).collect();
        assert_eq!(woken, [true, true, false, false]);
        assert_eq!((futexes.wake(8, u32::MAX), futexes.wake(8, 1), futexes.wake(16, 1)), (1, 0, 0));
    }

    #[test]
    fn a_place_that_is_given_up_leaves_nothing() {
        let futexes = Futexes::default();
        drop(futexes.enter(8));
        assert_eq!((futexes.wake(8, 1), futexes.waiters()), (0, 0));
    }

    #[test]
    fn a_wake_before_the_wait_counts() {
        let futexes = Futexes::default();
        let place = futexes.enter(8);
        assert_eq!(futexes.wake(8, 1), 1);
        assert!(Driven::new(place.woken()).poll().is_ready());
    }
}
