//! Pipes and fifos (pipe(7), fifo(7)).
//!
//! A bounded buffer with ends to read and ends to write. Reading an empty pipe answers EAGAIN while a writer lives and 0 bytes
//! after; writing to one without readers answers EPIPE. Writes of up to [`PIPE_BUF`] bytes are atomic: they go in whole or not
//! at all.
//!
//! A [`Fifo`] is a pipe that is found by name. open(2) of one does not wait for the other side here, as a call that opens never
//! waits: an end that has not met anybody yet waits in its first read or write instead.
//!
//! Lock order: the pipe's lock is innermost; wait queues are woken without it, readers when data comes to an empty pipe, writers
//! when there is room for an atomic write again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::BoxFuture;
use gopherix_abi::{Errno, FileType, PollEvents, Stat};

use crate::error::{SysError, SysResult, fail};
use crate::file::{File, WaitQueue};
use crate::net::{anonymous_stat, next_ino};
use crate::sync::Lock;

/// Bytes a pipe holds, as on Linux.
pub const CAPACITY: usize = 65536;
/// Largest write that is atomic.
pub const PIPE_BUF: usize = 4096;

const EMPTY: SysError = SysError::new(Errno::EAGAIN, "the pipe is empty");
const FULL: SysError = SysError::new(Errno::EAGAIN, "the pipe is full");
const ALONE: SysError = SysError::new(Errno::EAGAIN, "nobody has opened the other side of this fifo yet");
const BROKEN: SysError = SysError::new(Errno::EPIPE, "nobody reads this pipe");

struct Pipe {
    /// Both ends tell it, as on Linux.
    ino: u64,
    state: Lock<State>,
    readable: WaitQueue,
    writable: WaitQueue,
}

#[derive(Default)]
struct State {
    data: VecDeque<u8>,
    readers: usize,
    writers: usize,
}

impl State {
    fn room(&self) -> usize {
        CAPACITY.saturating_sub(self.data.len())
    }
}

impl Pipe {
    fn new() -> Arc<Pipe> {
        let (readable, writable) = (WaitQueue::new(), WaitQueue::new());
        Arc::new(Pipe { ino: next_ino(), state: Lock::default(), readable, writable })
    }

    fn read(&self, buf: &mut [u8], met: &AtomicBool) -> SysResult<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let mut state = self.state.lock();
        if state.data.is_empty() {
            return match state.writers {
                0 if met.load(Ordering::Relaxed) => Ok(0),
                0 => Err(ALONE),
                _ => {
                    met.store(true, Ordering::Relaxed);
                    Err(EMPTY)
                }
            };
        }
        met.store(true, Ordering::Relaxed);
        let before = state.room();
        let n = state.data.len().min(buf.len());
        let (first, second) = state.data.as_slices();
        let from_first = first.len().min(n);
        let (head, tail) = buf.split_at_mut(from_first);
        head.copy_from_slice(first.get(..from_first).unwrap_or_default());
        let rest = n.saturating_sub(from_first);
        if let (Some(to), Some(from)) = (tail.get_mut(..rest), second.get(..rest)) {
            to.copy_from_slice(from);
        }
        state.data.drain(..n);
        let wake = before < PIPE_BUF && state.room() >= PIPE_BUF;
        drop(state);
        if wake {
            self.writable.wake_all();
        }
        Ok(n)
    }

    fn write(&self, buf: &[u8], met: &AtomicBool) -> SysResult<usize> {
        let mut state = self.state.lock();
        if state.readers == 0 {
            return Err(if met.load(Ordering::Relaxed) { BROKEN } else { ALONE });
        }
        met.store(true, Ordering::Relaxed);
        let room = state.room();
        if !buf.is_empty() && (room == 0 || (buf.len() <= PIPE_BUF && room < buf.len())) {
            return Err(FULL);
        }
        let n = buf.len().min(room);
        let wake = state.data.is_empty() && n > 0;
        state.data.extend(buf.get(..n).unwrap_or_default());
        drop(state);
        if wake {
            self.readable.wake_all();
        }
        Ok(n)
    }

    fn ready_to_read(&self, met: &AtomicBool) -> PollEvents {
        let state = self.state.lock();
        let over = state.writers == 0 && met.load(Ordering::Relaxed);
        let mut ready = PollEvents::empty();
        ready.set(PollEvents::IN, !state.data.is_empty() || over);
        ready.set(PollEvents::HUP, over);
        ready
    }

    fn ready_to_write(&self, met: &AtomicBool) -> PollEvents {
        let state = self.state.lock();
        let broken = state.readers == 0 && met.load(Ordering::Relaxed);
        let mut ready = PollEvents::empty();
        ready.set(PollEvents::OUT, state.readers > 0 && state.room() >= PIPE_BUF || broken);
        ready.set(PollEvents::ERR, broken);
        ready
    }

    fn opened(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock());
        self.readable.wake_all();
        self.writable.wake_all();
    }

    fn available(&self) -> u64 {
        u64::try_from(self.state.lock().data.len()).unwrap_or(u64::MAX)
    }
}

/// An end that reads.
pub struct PipeReader {
    pipe: Arc<Pipe>,
    /// There has been a writer since this end was opened: without one now, it is at the end.
    met: AtomicBool,
}

/// An end that writes.
pub struct PipeWriter {
    pipe: Arc<Pipe>,
    /// There has been a reader since this end was opened: without one now, the pipe is broken.
    met: AtomicBool,
}

/// A new pipe: the end to read, the end to write. An end closes when its last owner drops it.
#[must_use]
pub fn pipe() -> (Arc<PipeReader>, Arc<PipeWriter>) {
    let pipe = Pipe::new();
    (Arc::new(PipeReader::open(&pipe, true)), Arc::new(PipeWriter::open(&pipe, true)))
}

impl PipeReader {
    fn open(pipe: &Arc<Pipe>, met: bool) -> PipeReader {
        pipe.opened(|state| state.readers = state.readers.saturating_add(1));
        PipeReader { pipe: pipe.clone(), met: AtomicBool::new(met) }
    }
}

impl PipeWriter {
    fn open(pipe: &Arc<Pipe>, met: bool) -> PipeWriter {
        pipe.opened(|state| state.writers = state.writers.saturating_add(1));
        PipeWriter { pipe: pipe.clone(), met: AtomicBool::new(met) }
    }
}

impl File for PipeReader {
    fn stat(&self) -> SysResult<Stat> {
        Ok(anonymous_stat(FileType::Fifo, self.pipe.ino))
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.pipe.read(buf, &self.met)
    }

    fn ready(&self) -> PollEvents {
        self.pipe.ready_to_read(&self.met)
    }

    fn wait(&self, _events: PollEvents) -> BoxFuture<'static, ()> {
        self.pipe.readable.wait()
    }

    fn available(&self) -> u64 {
        self.pipe.available()
    }
}

impl Drop for PipeReader {
    fn drop(&mut self) {
        let readers = {
            let mut state = self.pipe.state.lock();
            state.readers = state.readers.saturating_sub(1);
            state.readers
        };
        if readers == 0 {
            self.pipe.writable.wake_all();
        }
    }
}

impl File for PipeWriter {
    fn stat(&self) -> SysResult<Stat> {
        Ok(anonymous_stat(FileType::Fifo, self.pipe.ino))
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        self.pipe.write(buf, &self.met)
    }

    fn ready(&self) -> PollEvents {
        self.pipe.ready_to_write(&self.met)
    }

    fn wait(&self, _events: PollEvents) -> BoxFuture<'static, ()> {
        self.pipe.writable.wait()
    }
}

impl Drop for PipeWriter {
    fn drop(&mut self) {
        let writers = {
            let mut state = self.pipe.state.lock();
            state.writers = state.writers.saturating_sub(1);
            state.writers
        };
        if writers == 0 {
            self.pipe.readable.wake_all();
        }
    }
}

/// A pipe that is found by name. It forgets what is in it when its last end closes.
pub struct Fifo(Arc<Pipe>);

impl Fifo {
    /// A fifo that nobody has open.
    #[must_use]
    pub fn new() -> Fifo {
        Fifo(Pipe::new())
    }

    /// Opens an end, or both (Linux: an O_RDWR fifo never waits for anybody). `stat` tells the attributes of its inode.
    ///
    /// # Errors
    /// EINVAL to open it for nothing.
    pub fn open(&self, read: bool, write: bool, stat: FifoStat) -> SysResult<Arc<dyn File>> {
        if !read && !write {
            return fail(Errno::EINVAL, "opened neither to read nor to write");
        }
        let pipe = &self.0;
        {
            let mut state = pipe.state.lock();
            if state.readers == 0 && state.writers == 0 {
                state.data.clear();
            }
        }
        let reader = read.then(|| {
            let met = pipe.state.lock().writers > 0;
            PipeReader::open(pipe, met || write)
        });
        let writer = write.then(|| {
            let met = pipe.state.lock().readers > 0;
            PipeWriter::open(pipe, met)
        });
        Ok(Arc::new(FifoEnd { reader, writer, stat }))
    }
}

impl Default for Fifo {
    fn default() -> Self {
        Fifo::new()
    }
}

/// Tells a fifo's attributes.
pub type FifoStat = Box<dyn Fn() -> SysResult<Stat> + Send + Sync>;

/// A fifo that is open.
struct FifoEnd {
    reader: Option<PipeReader>,
    writer: Option<PipeWriter>,
    stat: FifoStat,
}

impl File for FifoEnd {
    fn stat(&self) -> SysResult<Stat> {
        (self.stat)()
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.reader.as_ref().map_or_else(|| fail(Errno::EBADF, "opened to write"), |end| end.read(buf))
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        self.writer.as_ref().map_or_else(|| fail(Errno::EBADF, "opened to read"), |end| end.write(buf))
    }

    fn ready(&self) -> PollEvents {
        let reads = self.reader.as_ref().map(File::ready).unwrap_or_default();
        reads | self.writer.as_ref().map(File::ready).unwrap_or_default()
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        match (&self.reader, &self.writer) {
            (Some(reader), Some(writer)) => match (events.contains(PollEvents::IN), events.contains(PollEvents::OUT)) {
                (true, false) => reader.wait(events),
                (false, true) => writer.wait(events),
                _ => Box::pin(async_either(reader.wait(events), writer.wait(events))),
            },
            (Some(reader), None) => reader.wait(events),
            (None, Some(writer)) => writer.wait(events),
            (None, None) => Box::pin(std::future::pending()),
        }
    }

    fn available(&self) -> u64 {
        self.reader.as_ref().map_or(0, File::available)
    }
}

async fn async_either(one: BoxFuture<'static, ()>, other: BoxFuture<'static, ()>) {
    futures::future::select(one, other).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errno<T>(result: Result<T, SysError>) -> Errno {
        result.err().map(|e| e.errno).unwrap()
    }

    #[test]
    fn reads_what_was_written_then_waits_then_ends() {
        let (reader, writer) = pipe();
        let mut buf = [0; 8];
        assert_eq!(errno(reader.read(&mut buf)), Errno::EAGAIN);
        assert_eq!(writer.write(b"abc"), Ok(3));
        assert_eq!(reader.available(), 3);
        assert_eq!(reader.read(&mut buf), Ok(3));
        drop(writer);
        assert_eq!(reader.read(&mut buf), Ok(0));
        assert!(reader.ready().contains(PollEvents::IN | PollEvents::HUP));
    }

    #[test]
    fn write_after_reader_closed_is_epipe() {
        let (reader, writer) = pipe();
        drop(reader);
        assert_eq!(errno(writer.write(b"x")), Errno::EPIPE);
        assert!(writer.ready().contains(PollEvents::OUT | PollEvents::ERR));
    }

    #[test]
    fn writes_up_to_pipe_buf_are_atomic() {
        let (_reader, writer) = pipe();
        assert_eq!(writer.write(&[0; CAPACITY - 10]), Ok(CAPACITY - 10));
        assert_eq!(errno(writer.write(&[0; 11])), Errno::EAGAIN);
        assert_eq!(writer.write(&[0; 10]), Ok(10));
        assert!(!writer.ready().contains(PollEvents::OUT));
    }

    #[test]
    fn a_larger_write_goes_in_part() {
        let (_reader, writer) = pipe();
        assert_eq!(writer.write(&[0; CAPACITY - 10]), Ok(CAPACITY - 10));
        assert_eq!(writer.write(&[0; PIPE_BUF + 1]), Ok(10));
    }

    fn fifo_end(fifo: &Fifo, read: bool, write: bool) -> Arc<dyn File> {
        fifo.open(read, write, Box::new(|| fail(Errno::EIO, "of no inode"))).unwrap()
    }

    #[test]
    fn data_passes_in_order_through_a_ring_that_wraps() {
        let (reader, writer) = pipe();
        for round in 1..200usize {
            let data: Vec<u8> = (0..round * 37 % 3000).map(|i| u8::try_from(i % 251).unwrap()).collect();
            assert_eq!(writer.write(&data), Ok(data.len()));
            let mut got = vec![0; data.len()];
            let mut done = 0;
            while done < got.len() {
                let end = got.len().min(done + 700);
                done += reader.read(&mut got[done..end]).unwrap();
            }
            assert_eq!(got, data);
        }
    }

    #[test]
    fn an_end_of_a_fifo_waits_until_it_has_met_somebody() {
        let fifo = Fifo::new();
        let mut buf = [0; 8];
        let reader = fifo_end(&fifo, true, false);
        assert_eq!((errno(reader.read(&mut buf)), reader.ready()), (Errno::EAGAIN, PollEvents::empty()));
        let writer = fifo_end(&fifo, false, true);
        assert_eq!(writer.write(b"abc"), Ok(3));
        drop(writer);
        assert_eq!(reader.read(&mut buf), Ok(3));
        assert_eq!(reader.read(&mut buf), Ok(0));
        assert!(reader.ready().contains(PollEvents::IN | PollEvents::HUP));
        drop(reader);
        let writer = fifo_end(&fifo, false, true);
        assert_eq!((errno(writer.write(b"x")), writer.ready()), (Errno::EAGAIN, PollEvents::empty()));
        drop(fifo_end(&fifo, true, false));
        // Nobody noticed that a reader came and went.
        assert_eq!(errno(writer.write(b"x")), Errno::EAGAIN);
        let reader = fifo_end(&fifo, true, false);
        assert_eq!(writer.write(b"x"), Ok(1));
        drop(reader);
        assert_eq!(errno(writer.write(b"x")), Errno::EPIPE);
    }

    #[test]
    fn a_fifo_opened_for_both_needs_nobody_and_forgets_at_the_last_close() {
        let fifo = Fifo::new();
        let both = fifo_end(&fifo, true, true);
        assert_eq!(both.write(b"ab"), Ok(2));
        let mut buf = [0; 1];
        assert_eq!(both.read(&mut buf), Ok(1));
        drop(both);
        let both = fifo_end(&fifo, true, true);
        assert_eq!(errno(both.read(&mut buf)), Errno::EAGAIN);
        assert_eq!(errno(fifo.open(false, false, Box::new(|| fail(Errno::EIO, "")))), Errno::EINVAL);
    }

    #[test]
    fn who_waits_is_woken_when_it_is_worth_it() {
        let (reader, writer) = pipe();
        let mut wait = crate::testing::Driven::new(reader.wait(PollEvents::IN));
        assert!(wait.poll().is_pending());
        writer.write(&[0; CAPACITY]).unwrap();
        assert!(wait.is_woken());
        let mut wait = crate::testing::Driven::new(writer.wait(PollEvents::OUT));
        assert!(wait.poll().is_pending());
        reader.read(&mut [0; PIPE_BUF - 1]).unwrap();
        assert!(!wait.is_woken());
        reader.read(&mut [0; 1]).unwrap();
        assert!(wait.is_woken());
    }
}
