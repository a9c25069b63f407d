//! Turns on a processor.
//!
//! A thread of a guest (an M) runs guest code only while it holds a turn. It gives the turn back when it waits in a system
//! call, and at a preemption tick if others wait for one; then it queues at the back. Turns pass straight to the head of
//! the queue, so nobody who comes later can take it away.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};

use crate::platform::Platform;
use crate::sync::Lock;

/// The turns of a kernel.
pub struct Turns {
    platform: Arc<dyn Platform>,
    queue: Lock<Queue>,
}

struct Queue {
    free: usize,
    running: usize,
    waiting: VecDeque<Arc<Ticket>>,
}

/// A place in the queue.
#[derive(Default)]
struct Ticket {
    granted: AtomicBool,
    waker: Lock<Option<Waker>>,
}

impl Turns {
    /// One turn for each processor of the platform.
    #[must_use]
    pub fn new(platform: Arc<dyn Platform>) -> Self {
        let free = platform.cpu_count().max(1);
        Turns { platform, queue: Lock::new(Queue { free, running: 0, waiting: VecDeque::new() }) }
    }

    /// Waits for a turn at the back of the queue. Dropping the future gives up the place, or the turn if it just came.
    pub async fn take(&self) {
        let ticket = {
            let mut queue = self.queue.lock();
            if queue.free > 0 {
                queue.free = queue.free.saturating_sub(1);
                queue.running = queue.running.saturating_add(1);
                if queue.running == 1 {
                    self.platform.set_ticking(true);
                }
                return;
            }
            let ticket = Arc::new(Ticket::default());
            queue.waiting.push_back(ticket.clone());
            ticket
        };
        let mut place = Place { turns: self, ticket, kept: false };
        poll_fn(|cx| {
            *place.ticket.waker.lock() = Some(cx.waker().clone());
            if place.ticket.granted.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        place.kept = true;
    }

    /// Gives a turn back; the head of the queue gets it.
    pub fn give_back(&self) {
        let next = {
            let mut queue = self.queue.lock();
            let next = queue.waiting.pop_front();
            if next.is_none() {
                queue.free = queue.free.saturating_add(1);
                queue.running = queue.running.saturating_sub(1);
                if queue.running == 0 {
                    self.platform.set_ticking(false);
                }
            }
            next
        };
        if let Some(ticket) = next {
            ticket.granted.store(true, Ordering::Release);
            let waker = ticket.waker.lock().take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// Whether anybody waits for a turn.
    #[must_use]
    pub fn contended(&self) -> bool {
        !self.queue.lock().waiting.is_empty()
    }

    /// How many hold a turn now.
    #[must_use]
    pub fn running(&self) -> usize {
        self.queue.lock().running
    }
}

/// Leaves the queue, or returns the turn, if the wait is dropped.
struct Place<'a> {
    turns: &'a Turns,
    ticket: Arc<Ticket>,
    kept: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        let left = {
            let mut queue = self.turns.queue.lock();
            let before = queue.waiting.len();
            queue.waiting.retain(|t| !Arc::ptr_eq(t, &self.ticket));
            queue.waiting.len() < before
        };
        if !left {
            self.turns.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Driven, TestPlatform};

    fn turns(cpus: usize) -> (Arc<TestPlatform>, Turns) {
        let platform = TestPlatform::new(cpus, 1);
        (platform.clone(), Turns::new(platform))
    }

    #[test]
    fn there_are_as_many_turns_as_processors() {
        let (_, turns) = turns(2);
        assert!(Driven::new(turns.take()).poll().is_ready());
        assert!(Driven::new(turns.take()).poll().is_ready());
        assert!(!turns.contended());
        let mut third = Driven::new(turns.take());
        assert!(third.poll().is_pending());
        assert!(turns.contended());
        assert_eq!(turns.running(), 2);
    }

    #[test]
    fn a_platform_without_processors_still_gives_turns() {
        let (_, turns) = turns(0);
        assert!(Driven::new(turns.take()).poll().is_ready());
    }

    #[test]
    fn who_waits_longest_is_next() {
        let (_, turns) = turns(1);
        assert!(Driven::new(turns.take()).poll().is_ready());
        let mut waiting: Vec<_> = (0..4).map(|_| Driven::new(turns.take())).collect();
        // They queue in the order of their first poll, here the reverse of their making.
        for one in waiting.iter_mut().rev() {
            assert!(one.poll().is_pending());
        }
        while let Some(mut next) = waiting.pop() {
            turns.give_back();
            assert!(next.is_woken());
            assert!(waiting.iter_mut().all(|w| !w.is_woken() && w.poll().is_pending()));
            assert!(next.poll().is_ready());
            assert_eq!(turns.contended(), !waiting.is_empty());
        }
    }

    #[test]
    fn nobody_who_comes_later_takes_a_turn_that_was_passed_on() {
        let (_, turns) = turns(1);
        assert!(Driven::new(turns.take()).poll().is_ready());
        let mut first = Driven::new(turns.take());
        assert!(first.poll().is_pending());
        turns.give_back();
        assert!(!turns.contended());
        let mut late = Driven::new(turns.take());
        assert!(late.poll().is_pending());
        assert!(first.poll().is_ready());
        assert!(late.poll().is_pending());
    }

    #[test]
    fn a_dropped_waiter_leaves_the_queue() {
        let (_, turns) = turns(1);
        assert!(Driven::new(turns.take()).poll().is_ready());
        let (mut first, mut second) = (Driven::new(turns.take()), Driven::new(turns.take()));
        assert!(first.poll().is_pending() && second.poll().is_pending());
        drop(first);
        turns.give_back();
        assert!(second.is_woken() && second.poll().is_ready());
    }

    #[test]
    fn a_waiter_dropped_with_its_turn_passes_it_on() {
        let (platform, turns) = turns(1);
        assert!(Driven::new(turns.take()).poll().is_ready());
        let (mut first, mut second) = (Driven::new(turns.take()), Driven::new(turns.take()));
        assert!(first.poll().is_pending() && second.poll().is_pending());
        turns.give_back();
        drop(first);
        assert!(second.is_woken() && second.poll().is_ready());
        turns.give_back();
        assert_eq!((turns.running(), platform.is_ticking()), (0, false));
        assert!(Driven::new(turns.take()).poll().is_ready());
    }

    #[test]
    fn the_ticker_runs_only_while_somebody_does() {
        let (platform, turns) = turns(2);
        assert!(!platform.is_ticking());
        for _ in 0..2 {
            assert!(Driven::new(turns.take()).poll().is_ready());
            assert!(platform.is_ticking());
        }
        turns.give_back();
        assert!(platform.is_ticking());
        turns.give_back();
        assert!(!platform.is_ticking());
    }
}
