//! What other threads send to an engine, until its own thread looks.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use futures::task::AtomicWaker;
use gopherix_kernel::sync::Lock;

use crate::embed::Order;
use crate::network::Event;

/// Something from outside.
pub(crate) enum Message {
    /// About a request under way.
    Network(u64, Event),
    /// From an embedder.
    Order(Order),
}

/// The queue between them.
#[derive(Default)]
pub(crate) struct Mailbox {
    queue: Lock<VecDeque<Message>>,
    waker: AtomicWaker,
    /// Whether to look again though nothing was sent: a sender is gone.
    poked: AtomicBool,
    senders: AtomicUsize,
    /// Whether nobody will look any more.
    closed: AtomicBool,
}

impl Mailbox {
    /// Sends a message and wakes the engine's thread.
    pub(crate) fn send(&self, message: Message) {
        let mut queue = self.queue.lock();
        if self.closed.load(Ordering::Acquire) {
            return;
        }
        queue.push_back(message);
        drop(queue);
        self.waker.wake();
    }

    /// Drops what was sent, and what will be.
    pub(crate) fn close(&self) {
        let mut queue = self.queue.lock();
        self.closed.store(true, Ordering::Release);
        let sent = std::mem::take(&mut *queue);
        // Dropping a message may come back here.
        drop(queue);
        drop(sent);
    }

    pub(crate) fn take(&self) -> Option<Message> {
        self.queue.lock().pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.lock().is_empty()
    }

    /// Whether an embedder may still send something.
    pub(crate) fn has_senders(&self) -> bool {
        self.senders.load(Ordering::Acquire) > 0
    }

    pub(crate) fn add_sender(&self) {
        self.senders.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn remove_sender(&self) {
        self.senders.fetch_sub(1, Ordering::AcqRel);
        self.poked.store(true, Ordering::Release);
        self.waker.wake();
    }
}

/// Resolves when there is a message, or one sender less than before. See [`QuickJs::message`](crate::QuickJs::message).
pub struct Arrived(pub(crate) Arc<Mailbox>);

impl Future for Arrived {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.waker.register(context.waker());
        if self.0.poked.swap(false, Ordering::AcqRel) || !self.0.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }
}
