//! One direction of a connection inside this kernel: bytes or records from a writer to a reader, in order.
//!
//! Two of them make a connection ([`End`]), of TCP or of unix sockets. A channel is bounded, and who waits is woken only by what
//! ends the wait: readers by data and ends, writers once a third of the room is free (as tcp(7) and unix(7) of Linux do).
//! Control data has its place in the stream: a read takes that of the first bytes it reads, and stops behind them.
//!
//! Lock order: a channel's lock is innermost, and nobody holds two; queues are woken without it.

use std::collections::VecDeque;
use std::sync::Arc;

use gopherix_abi::{Errno, PollEvents};

use super::rights::{Ancillary, Contents};
use crate::error::{SysError, SysResult, fail};
use crate::file::WaitQueue;
use crate::sync::Lock;

/// Bytes of memory an empty channel may keep for the next ones.
const KEPT: usize = 64 * 1024;

/// What a record costs besides its bytes, so that empty ones are bounded too.
const RECORD_COST: usize = 128;

const EMPTY: SysError = SysError::new(Errno::EAGAIN, "nothing to read yet");
const FULL: SysError = SysError::new(Errno::EAGAIN, "the peer's buffer is full");
const ENDED: SysError = SysError::new(Errno::EPIPE, "the connection no longer takes data");

/// What a connection's end does that differs between TCP and unix sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Bytes; a write to a reader that is gone is taken, and answered by a reset.
    Tcp,
    /// Bytes; a write to a reader that is gone is EPIPE.
    Unix,
    /// Records, else as `Unix`.
    Packets,
}

/// How to read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Take {
    /// Leave what is read where it is.
    pub(super) peek: bool,
}

/// What a read found.
#[derive(Default)]
pub(super) struct Taken {
    /// Bytes put into the buffer.
    pub(super) n: usize,
    /// Bytes of the record, if it was one.
    pub(super) record: Option<usize>,
    /// Control data that came with the bytes.
    pub(super) ancillary: Option<Ancillary>,
}

struct Channel {
    state: Lock<State>,
    readable: WaitQueue,
    writable: WaitQueue,
}

#[derive(Default)]
struct State {
    data: VecDeque<u8>,
    /// Bytes that were ever written and read.
    written: u64,
    read: u64,
    marks: VecDeque<Mark>,
    /// Bytes it holds: the writer's SO_SNDBUF and the reader's SO_RCVBUF.
    sizes: (usize, usize),
    /// Nothing more will be written.
    ended: bool,
    /// Room that the writer of a record waits for.
    wanted: usize,
    /// Writes fail, since the connection was reset or the reader wants nothing any more.
    broken: bool,
    /// The reader wants nothing any more: what is there can be read, and then comes the end.
    deaf: bool,
    /// The reader's end is closed.
    abandoned: bool,
    /// What the reader's end is to be told, once.
    error: Option<Errno>,
}

/// Control data, or a record's limits, in stream positions.
struct Mark {
    start: u64,
    end: u64,
    ancillary: Option<Ancillary>,
}

impl State {
    fn used(&self) -> usize {
        self.data.len().saturating_add(self.marks.len().saturating_mul(RECORD_COST))
    }

    fn capacity(&self) -> usize {
        self.sizes.0.saturating_add(self.sizes.1)
    }

    fn room(&self) -> usize {
        self.capacity().saturating_sub(self.used())
    }

    fn has_room(&self) -> bool {
        self.room() >= self.wanted.max(self.capacity() / 3)
    }

    fn has_data(&self, manner: Manner) -> bool {
        match manner {
            Manner::Packets => !self.marks.is_empty(),
            Manner::Tcp | Manner::Unix => !self.data.is_empty(),
        }
    }

    /// How far a read goes, and the control data it takes; see the module.
    fn take_stream(&mut self, len: usize, peek: bool) -> (usize, Option<Ancillary>) {
        let n = len.min(self.data.len());
        let reach = self.read.saturating_add(u64::try_from(n).unwrap_or(0));
        let Some(mark) = self.marks.front_mut().filter(|mark| mark.start < reach) else { return (n, None) };
        let until = usize::try_from(mark.end.saturating_sub(self.read)).unwrap_or(n).min(n);
        let ancillary = if peek { mark.ancillary.clone() } else { mark.ancillary.take() };
        if !peek {
            self.marks.pop_front();
        }
        (until, ancillary)
    }

    fn copy_out(&self, buf: &mut [u8]) {
        let (first, second) = self.data.as_slices();
        let (to_first, to_second) = buf.split_at_mut(first.len().min(buf.len()));
        for (to, from) in [(to_first, first), (to_second, second)] {
            let n = to.len().min(from.len());
            if let (Some(to), Some(from)) = (to.get_mut(..n), from.get(..n)) {
                to.copy_from_slice(from);
            }
        }
    }

    fn consume(&mut self, n: usize) {
        self.data.drain(..n.min(self.data.len()));
        self.read = self.read.saturating_add(u64::try_from(n).unwrap_or(0));
        if self.data.is_empty() && self.data.capacity() > KEPT {
            self.data.shrink_to(KEPT);
        }
    }
}

impl Channel {
    fn new(sizes: (usize, usize)) -> Arc<Self> {
        let state = Lock::new(State { sizes, ..State::default() });
        Arc::new(Channel { state, readable: WaitQueue::new(), writable: WaitQueue::new() })
    }

    fn wake_both(&self) {
        self.readable.wake_all();
        self.writable.wake_all();
    }
}

/// One end of a connection. Dropping it closes the end.
pub(super) struct End {
    manner: Manner,
    incoming: Arc<Channel>,
    outgoing: Arc<Channel>,
}

/// SO_SNDBUF and SO_RCVBUF of a socket, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) send: usize,
    pub(super) receive: usize,
}

/// Both ends of a new connection between sockets of those sizes.
pub(super) fn connection(manner: Manner, first: Sizes, second: Sizes) -> (End, End) {
    let (a, b) = (Channel::new((second.send, first.receive)), Channel::new((first.send, second.receive)));
    let first = End { manner, incoming: a.clone(), outgoing: b.clone() };
    (first, End { manner, incoming: b, outgoing: a })
}

impl End {
    /// Reads what is there: bytes, or one record of which the rest is lost.
    ///
    /// # Errors
    /// EAGAIN; the error the end is to be told.
    pub(super) fn read(&self, buf: &mut [u8], how: Take) -> SysResult<Taken> {
        let mut state = self.incoming.state.lock();
        if !state.has_data(self.manner) {
            return match state.error.take() {
                // What TCP has read to the end stays at the end, whatever comes later.
                Some(error) if self.manner == Manner::Tcp && state.ended && error == Errno::EPIPE => {
                    state.error = Some(error);
                    Ok(Taken::default())
                }
                Some(error) => fail(error, "the connection was reset"),
                None if state.ended || state.deaf => Ok(Taken::default()),
                None => Err(EMPTY),
            };
        }
        let (was_full, taken) = (!state.has_room(), self.take(&mut state, buf, how));
        let woken = was_full && state.has_room();
        drop(state);
        if woken {
            self.incoming.writable.wake_all();
        }
        Ok(taken)
    }

    fn take(&self, state: &mut State, buf: &mut [u8], how: Take) -> Taken {
        if self.manner != Manner::Packets {
            let (n, ancillary) = state.take_stream(buf.len(), how.peek);
            state.copy_out(buf.get_mut(..n).unwrap_or_default());
            if !how.peek {
                state.consume(n);
            }
            return Taken { n, record: None, ancillary };
        }
        let Some(mark) = state.marks.front_mut() else { return Taken::default() };
        let record = usize::try_from(mark.end.saturating_sub(mark.start)).unwrap_or(0);
        let ancillary = if how.peek { mark.ancillary.clone() } else { mark.ancillary.take() };
        let n = record.min(buf.len());
        state.copy_out(buf.get_mut(..n).unwrap_or_default());
        if !how.peek {
            state.marks.pop_front();
            state.consume(record);
        }
        Taken { n, record: Some(record), ancillary }
    }

    /// Writes what fits; a record whole or not at all.
    ///
    /// # Errors
    /// EAGAIN; EPIPE; EMSGSIZE for a record that never fits; the error the end is to be told.
    pub(super) fn write(&self, buf: &[u8], ancillary: Option<Ancillary>) -> SysResult<usize> {
        let mut state = self.outgoing.state.lock();
        if state.ended || state.broken {
            drop(state);
            return self.refuse();
        }
        if state.abandoned {
            drop(state);
            return self.write_to_nobody(buf.len());
        }
        let n = self.fits(&mut state, buf.len())?;
        let was_empty = !state.has_data(self.manner);
        state.data.extend(buf.get(..n).unwrap_or_default());
        let start = state.written;
        state.written = start.saturating_add(u64::try_from(n).unwrap_or(0));
        if self.manner == Manner::Packets || (ancillary.is_some() && n > 0) {
            let end = state.written;
            state.marks.push_back(Mark { start, end, ancillary });
        }
        drop(state);
        if was_empty {
            self.outgoing.readable.wake_all();
        }
        Ok(n)
    }

    /// The error of a write that cannot be: the pending one, else EPIPE.
    fn refuse(&self) -> SysResult<usize> {
        // A unix socket's peer that is gone is EPIPE to writers, whatever readers are yet to be told.
        let error = if self.manner == Manner::Tcp { self.take_error() } else { None };
        error.map_or(Err(ENDED), |error| fail(error, "the connection was reset"))
    }

    /// TCP notices only by the answer to what it sends that nobody is there.
    fn write_to_nobody(&self, len: usize) -> SysResult<usize> {
        if self.manner != Manner::Tcp {
            return fail(Errno::EPIPE, "the peer has closed the connection");
        }
        if len > 0 {
            self.outgoing.state.lock().broken = true;
            let mut own = self.incoming.state.lock();
            own.error = Some(if own.ended { Errno::EPIPE } else { Errno::ECONNRESET });
            own.ended = true;
            drop(own);
            self.incoming.wake_both();
            self.outgoing.wake_both();
        }
        Ok(len)
    }

    fn fits(&self, state: &mut State, len: usize) -> SysResult<usize> {
        let room = state.room();
        if self.manner != Manner::Packets {
            return if room == 0 && len > 0 { Err(FULL) } else { Ok(len.min(room)) };
        }
        let need = len.saturating_add(RECORD_COST);
        if need > state.capacity() {
            return fail(Errno::EMSGSIZE, "the record is larger than the buffer");
        }
        state.wanted = if need > room { need } else { 0 };
        if need > room { Err(FULL) } else { Ok(len) }
    }

    /// No more will be written.
    pub(super) fn end_writing(&self) {
        self.outgoing.state.lock().ended = true;
        self.outgoing.wake_both();
    }

    /// No more is to be read. A unix socket's peer can then not write any more.
    pub(super) fn end_reading(&self) {
        let mut state = self.incoming.state.lock();
        state.deaf = true;
        state.broken |= self.manner != Manner::Tcp;
        drop(state);
        self.incoming.wake_both();
    }

    /// Whether the end is open for reading, and for writing.
    pub(super) fn open(&self) -> (bool, bool) {
        let incoming = self.incoming.state.lock();
        let reads = !incoming.ended && !incoming.deaf;
        drop(incoming);
        let outgoing = self.outgoing.state.lock();
        (reads, !outgoing.ended && !outgoing.broken)
    }

    /// Resets the connection: the peer can read what it has received, then gets ECONNRESET once; EPIPE if it was at the end
    /// already.
    pub(super) fn reset(&self) {
        let mut towards = self.outgoing.state.lock();
        let at_end = towards.ended && self.manner == Manner::Tcp;
        towards.error = Some(if at_end { Errno::EPIPE } else { Errno::ECONNRESET });
        towards.ended = true;
        drop(towards);
        self.incoming.state.lock().broken = true;
        self.outgoing.wake_both();
        self.incoming.wake_both();
    }

    /// What this end is to be told, once (SO_ERROR).
    pub(super) fn take_error(&self) -> Option<Errno> {
        self.incoming.state.lock().error.take()
    }

    /// Bytes a read would find.
    pub(super) fn available(&self) -> usize {
        let state = self.incoming.state.lock();
        match self.manner {
            Manner::Packets => {
                let next = state.marks.front().map_or(0, |mark| mark.end.saturating_sub(mark.start));
                usize::try_from(next).unwrap_or(0)
            }
            Manner::Tcp | Manner::Unix => state.data.len(),
        }
    }

    /// Follows a change of the own socket's sizes.
    pub(super) fn set_sizes(&self, sizes: Sizes) {
        self.incoming.state.lock().sizes.1 = sizes.receive;
        self.outgoing.state.lock().sizes.0 = sizes.send;
        self.incoming.writable.wake_all();
        self.outgoing.writable.wake_all();
    }

    /// The address of the queue that this end's peer reads.
    pub(super) fn sends_to(&self) -> usize {
        Arc::as_ptr(&self.outgoing).addr()
    }

    /// Adds the queue that this end reads, and the descriptors in it.
    pub(super) fn add_contents(&self, contents: &mut Contents) {
        contents.queues.push(Arc::as_ptr(&self.incoming).addr());
        let state = self.incoming.state.lock();
        let passed = state.marks.iter().filter_map(|mark| mark.ancillary.as_ref()?.fds.clone());
        contents.passed.extend(passed);
    }

    /// What would not wait.
    pub(super) fn ready(&self) -> PollEvents {
        let incoming = self.incoming.state.lock();
        let mut ready = PollEvents::empty();
        let no_more = incoming.ended || incoming.deaf;
        ready.set(PollEvents::IN, incoming.has_data(self.manner) || no_more);
        ready.set(PollEvents::ERR, incoming.error.is_some());
        drop(incoming);
        let outgoing = self.outgoing.state.lock();
        let shut = outgoing.ended || outgoing.broken;
        let refuses = outgoing.abandoned && self.manner != Manner::Tcp;
        ready.set(PollEvents::OUT, shut || outgoing.has_room() || outgoing.abandoned);
        ready.set(PollEvents::HUP, (no_more && shut) || refuses);
        ready
    }

    /// Ends when [`End::ready`] may have changed towards `events`.
    pub(super) fn wait(&self, events: PollEvents) -> futures::future::BoxFuture<'static, ()> {
        match (events.contains(PollEvents::IN), events.contains(PollEvents::OUT)) {
            (true, false) => self.incoming.readable.wait(),
            (false, true) => self.outgoing.writable.wait(),
            _ => super::either(self.incoming.readable.wait(), self.outgoing.writable.wait()),
        }
    }
}

impl Drop for End {
    /// close(2). What was received and not read is what the peer has sent in vain: it is told by a reset.
    fn drop(&mut self) {
        let mut incoming = self.incoming.state.lock();
        let unread = incoming.has_data(self.manner);
        incoming.abandoned = true;
        let (data, marks) = (std::mem::take(&mut incoming.data), std::mem::take(&mut incoming.marks));
        drop(incoming);
        if unread {
            self.reset();
        } else {
            self.outgoing.state.lock().ended = true;
            self.outgoing.wake_both();
            self.incoming.wake_both();
        }
        // They may hold files whose closing comes back here.
        drop((data, marks));
    }
}
