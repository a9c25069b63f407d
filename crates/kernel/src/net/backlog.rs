//! Connections that wait to be accepted (listen(2)).
//!
//! As on Linux the queue holds one more than the backlog says. When it is full, TCP connects later, when there is room ([`Attempt`]);
//! unix sockets answer EAGAIN or wait.
//!
//! Lock order: a backlog's lock before an attempt's, and that before a channel's.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use gopherix_abi::{Errno, SockAddr};

use super::channel::{End, Manner, Sizes, connection};
use super::rights::{Contents, Ucred};
use crate::error::{SysError, SysResult, fail};
use crate::file::WaitQueue;
use crate::sync::Lock;

/// Most connections that wait, whatever listen(2) says (`somaxconn` of Linux).
const MAX: u32 = 4096;

const REFUSED: SysError = SysError::new(Errno::ECONNREFUSED, "nobody listens there any more");

/// Who connects.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) manner: Manner,
    pub(super) sizes: Sizes,
    pub(super) local: SockAddr,
    /// The address it connects to.
    pub(super) to: SockAddr,
    pub(super) owner: Ucred,
}

/// A connection for the listener to take.
pub(super) struct Arrived {
    pub(super) end: End,
    pub(super) local: SockAddr,
    pub(super) peer: SockAddr,
    pub(super) owner: Ucred,
}

/// A connection that waits for room in the queue.
pub(super) struct Attempt {
    caller: Caller,
    outcome: Lock<Option<SysResult<End>>>,
    pub(super) changed: WaitQueue,
}

impl Attempt {
    /// How it ended, once it did.
    pub(super) fn take(&self) -> Option<SysResult<End>> {
        self.outcome.lock().take()
    }

    fn end(&self, outcome: SysResult<End>) {
        *self.outcome.lock() = Some(outcome);
        self.changed.wake_all();
    }
}

/// What became of a connect.
pub(super) enum Joined {
    /// Connected.
    Now(End),
    /// It will be, when there is room.
    Later(Arc<Attempt>),
}

/// The queue of a listening socket.
pub(super) struct Backlog {
    queue: Lock<Queue>,
    /// Who listens (SO_PEERCRED of those who connect).
    pub(super) owner: Ucred,
    pub(super) readable: WaitQueue,
    pub(super) room: WaitQueue,
}

struct Queue {
    ready: VecDeque<Arrived>,
    attempts: VecDeque<Weak<Attempt>>,
    limit: usize,
    sizes: Sizes,
    closed: bool,
}

impl Queue {
    fn is_full(&self) -> bool {
        self.ready.len() > self.limit
    }

    fn join(&mut self, caller: &Caller) -> End {
        let (theirs, ours) = connection(caller.manner, caller.sizes, self.sizes);
        let (local, peer) = (caller.to.clone(), caller.local.clone());
        self.ready.push_back(Arrived { end: ours, local, peer, owner: caller.owner });
        theirs
    }

    /// Connects who waits, as far as there is room.
    fn admit(&mut self) {
        while !self.is_full() {
            let Some(attempt) = self.attempts.pop_front() else { return };
            if let Some(attempt) = attempt.upgrade() {
                let end = self.join(&attempt.caller);
                attempt.end(Ok(end));
            }
        }
    }
}

impl Backlog {
    pub(super) fn new(backlog: u32, sizes: Sizes, owner: Ucred) -> Arc<Self> {
        let queue =
            Queue { ready: VecDeque::new(), attempts: VecDeque::new(), limit: limit(backlog), sizes, closed: false };
        Arc::new(Backlog { queue: Lock::new(queue), owner, readable: WaitQueue::new(), room: WaitQueue::new() })
    }

    /// Sets how many may wait (a second listen(2)).
    pub(super) fn set_limit(&self, backlog: u32) {
        let mut queue = self.queue.lock();
        queue.limit = limit(backlog);
        queue.admit();
        drop(queue);
        self.readable.wake_all();
        self.room.wake_all();
    }

    /// Connects now or later.
    ///
    /// # Errors
    /// ECONNREFUSED.
    pub(super) fn connect(&self, caller: Caller) -> SysResult<Joined> {
        let mut queue = self.queue.lock();
        if queue.closed {
            return Err(REFUSED);
        }
        if queue.is_full() {
            let attempt = Arc::new(Attempt { caller, outcome: Lock::new(None), changed: WaitQueue::new() });
            queue.attempts.retain(|attempt| attempt.strong_count() > 0);
            queue.attempts.push_back(Arc::downgrade(&attempt));
            return Ok(Joined::Later(attempt));
        }
        let end = queue.join(&caller);
        drop(queue);
        self.readable.wake_all();
        Ok(Joined::Now(end))
    }

    /// Connects now.
    ///
    /// # Errors
    /// ECONNREFUSED; EAGAIN if the queue is full.
    pub(super) fn connect_now(&self, caller: &Caller) -> SysResult<End> {
        let mut queue = self.queue.lock();
        if queue.closed {
            return Err(REFUSED);
        }
        if queue.is_full() {
            return fail(Errno::EAGAIN, "the listener's queue is full");
        }
        let end = queue.join(caller);
        drop(queue);
        self.readable.wake_all();
        Ok(end)
    }

    /// Takes the first.
    pub(super) fn accept(&self) -> Option<Arrived> {
        let mut queue = self.queue.lock();
        let arrived = queue.ready.pop_front();
        queue.admit();
        drop(queue);
        if arrived.is_some() {
            self.room.wake_all();
        }
        arrived
    }

    pub(super) fn has_some(&self) -> bool {
        !self.queue.lock().ready.is_empty()
    }

    /// Adds what waits in the connections that wait.
    pub(super) fn add_contents(&self, contents: &mut Contents) {
        self.queue.lock().ready.iter().for_each(|arrived| arrived.end.add_contents(contents));
    }

    /// Nobody will accept any more: what waits is reset or refused.
    pub(super) fn close(&self) {
        let mut queue = self.queue.lock();
        queue.closed = true;
        let (ready, attempts) = (std::mem::take(&mut queue.ready), std::mem::take(&mut queue.attempts));
        drop(queue);
        for arrived in ready {
            arrived.end.reset();
        }
        for attempt in attempts.into_iter().filter_map(|attempt| attempt.upgrade()) {
            attempt.end(Err(REFUSED));
        }
        self.readable.wake_all();
        self.room.wake_all();
    }
}

impl Drop for Backlog {
    fn drop(&mut self) {
        self.close();
    }
}

fn limit(backlog: u32) -> usize {
    usize::try_from(backlog.min(MAX)).unwrap_or(0)
}
