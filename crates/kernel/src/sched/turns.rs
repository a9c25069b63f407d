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
