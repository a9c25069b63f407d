//! Waiting for readiness.
//!
//! A [`WaitQueue`] is what a pipe or socket wakes when its state changes. Listeners register when they are first polled, so
//! whoever waits must poll first and look at the state after: [`wait_any`] does it in that order.

use std::future::poll_fn;
use std::task::Poll;

use event_listener::Event;
use futures::future::BoxFuture;

/// The tasks waiting for something to change.
#[derive(Debug, Default)]
pub struct WaitQueue(Event);

impl WaitQueue {
    /// A queue with nobody in it.
    #[must_use]
    pub const fn new() -> Self {
        WaitQueue(Event::new())
    }

    /// Wakes all that wait now.
    pub fn wake_all(&self) {
        self.0.notify(usize::MAX);
    }

    /// Ends at the next [`WaitQueue::wake_all`]. Registers at once, so a change after this call is not missed.
    pub fn wait(&self) -> BoxFuture<'static, ()> {
        Box::pin(self.0.listen())
    }
}

/// Ends when one of `waits` ends, or when `check` says so after all of them were registered.
///
/// `check` is asked after every wake-up too; its answer is this function's.
pub async fn wait_any<T>(mut waits: Vec<BoxFuture<'static, ()>>, mut check: impl FnMut() -> Option<T>) -> Option<T> {
    poll_fn(move |cx| {
        let mut woken = false;
        for wait in &mut waits {
            woken |= wait.as_mut().poll(cx).is_ready();
        }
        match check() {
            Some(answer) => Poll::Ready(Some(answer)),
            None if woken => Poll::Ready(None),
            None => Poll::Pending,
        }
    })
    .await
}
