//! What datagram sockets receive: whole messages, bounded by bytes.
//!
//! Lock order: innermost; queues are woken without it.

use std::collections::VecDeque;
use std::sync::Arc;

use gopherix_abi::{Errno, SockAddr};

use super::rights::{Ancillary, Contents};
use super::socket::{Received, RecvHow};
use crate::error::{SysResult, fail};
use crate::file::WaitQueue;
use crate::sync::Lock;

/// What a message costs besides its bytes, so that empty ones are bounded too.
const LETTER_COST: usize = 256;

/// A message.
pub(super) struct Letter {
    pub(super) data: Box<[u8]>,
    pub(super) from: SockAddr,
    pub(super) ancillary: Option<Ancillary>,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is no room now.
    Full,
    /// It would never fit.
    TooLong,
    /// The socket is closed, or wants nothing any more.
    Gone,
    /// The socket is connected to another.
    Foreign,
}

/// The received messages of a socket.
pub(super) struct Mailbox {
    inbox: Lock<Inbox>,
    pub(super) readable: WaitQueue,
    pub(super) writable: WaitQueue,
}

struct Inbox {
    letters: VecDeque<Letter>,
    used: usize,
    capacity: usize,
    /// Room that a sender waits for.
    wanted: usize,
    closed: bool,
    /// Whom alone it takes messages from.
    peer: Option<SockAddr>,
}

impl Inbox {
    fn room(&self) -> usize {
        self.capacity.saturating_sub(self.used)
    }

    fn has_room(&self) -> bool {
        self.room() >= self.wanted.max(self.capacity / 4)
    }
}

fn cost(len: usize) -> usize {
    len.saturating_add(LETTER_COST)
}

impl Mailbox {
    pub(super) fn new(capacity: usize) -> Arc<Self> {
        let inbox = Inbox { letters: VecDeque::new(), used: 0, capacity, wanted: 0, closed: false, peer: None };
        Arc::new(Mailbox { inbox: Lock::new(inbox), readable: WaitQueue::new(), writable: WaitQueue::new() })
    }

    /// Takes a message.
    pub(super) fn deliver(&self, letter: Letter) -> Result<(), Refusal> {
        let mut inbox = self.inbox.lock();
        let need = cost(letter.data.len());
        if inbox.closed {
            return Err(Refusal::Gone);
        }
        if inbox.peer.as_ref().is_some_and(|peer| *peer != letter.from) {
            return Err(Refusal::Foreign);
        }
        if need > inbox.capacity {
            return Err(Refusal::TooLong);
        }
        inbox.wanted = if need > inbox.room() { need } else { 0 };
        if inbox.wanted > 0 {
            return Err(Refusal::Full);
        }
        inbox.used = inbox.used.saturating_add(need);
        let was_empty = inbox.letters.is_empty();
        inbox.letters.push_back(letter);
        drop(inbox);
        if was_empty {
            self.readable.wake_all();
        }
        Ok(())
    }

    /// Takes the first message out; what has no room in `buf` is lost.
    ///
    /// # Errors
    /// EAGAIN.
    pub(super) fn take(&self, buf: &mut [u8], how: RecvHow) -> SysResult<Received> {
        let mut inbox = self.inbox.lock();
        let Some(letter) = inbox.letters.front() else {
            return if inbox.closed { Ok(Received::default()) } else { fail(Errno::EAGAIN, "no message waits") };
        };
        let n = letter.data.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), letter.data.get(..n)) {
            to.copy_from_slice(from);
        }
        let (message, from) = (Some(letter.data.len()), Some(letter.from.clone()));
        let mut received = Received { n, message, from, ancillary: letter.ancillary.clone() };
        if how.peek {
            return Ok(received);
        }
        let had_room = inbox.has_room();
        if let Some(letter) = inbox.letters.pop_front() {
            inbox.used = inbox.used.saturating_sub(cost(letter.data.len()));
            received.ancillary = letter.ancillary;
        }
        let woken = !had_room && inbox.has_room();
        drop(inbox);
        if woken {
            self.writable.wake_all();
        }
        Ok(received)
    }

    /// Adds the mailbox and the descriptors in it.
    pub(super) fn add_contents(self: &Arc<Self>, contents: &mut Contents) {
        contents.queues.push(Arc::as_ptr(self).addr());
        let inbox = self.inbox.lock();
        contents.passed.extend(inbox.letters.iter().filter_map(|letter| letter.ancillary.as_ref()?.fds.clone()));
    }

    /// Takes messages from one sender only, or from all.
    pub(super) fn set_peer(&self, peer: Option<SockAddr>) {
        self.inbox.lock().peer = peer;
    }

    /// Whether a message of that sender would be taken, were there room.
    pub(super) fn takes_from(&self, from: &SockAddr) -> bool {
        let inbox = self.inbox.lock();
        !inbox.closed && inbox.peer.as_ref().is_none_or(|peer| peer == from)
    }

    pub(super) fn set_capacity(&self, capacity: usize) {
        self.inbox.lock().capacity = capacity;
        self.writable.wake_all();
    }

    /// Bytes of the first message; `None` if there is none.
    pub(super) fn first_len(&self) -> Option<usize> {
        self.inbox.lock().letters.front().map(|letter| letter.data.len())
    }

    /// Whether a sender would not wait: there is room, or an error to be told.
    pub(super) fn is_writable(&self) -> bool {
        let inbox = self.inbox.lock();
        inbox.closed || inbox.has_room()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.inbox.lock().closed
    }

    /// Takes nothing any more. What is there can be read.
    pub(super) fn close(&self) {
        self.inbox.lock().closed = true;
        self.readable.wake_all();
        self.writable.wake_all();
    }

    /// Takes nothing any more and loses what is there. Passed descriptors are closed without the lock: they may be this one.
    pub(super) fn discard(&self) {
        self.close();
        let letters = std::mem::take(&mut self.inbox.lock().letters);
        drop(letters);
    }
}
