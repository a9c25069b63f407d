//! Pipes (pipe(7)).
//!
//! A bounded buffer with two ends. Reading an empty pipe answers EAGAIN while a writer lives and 0 bytes after; writing to
//! one without readers answers EPIPE. Writes of up to [`PIPE_BUF`] bytes are atomic: they go in whole or not at all.
//!
//! Lock order: the pipe's lock is innermost; wait queues are woken without it.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::{Errno, FileType, PollEvents, Stat};

use crate::error::{SysResult, fail};
use crate::file::{File, WaitQueue};
use crate::net::{anonymous_stat, next_ino};
use crate::sync::Lock;

/// Bytes a pipe holds, as on Linux.
pub const CAPACITY: usize = 65536;
/// Largest write that is atomic.
pub const PIPE_BUF: usize = 4096;

struct Pipe {
    /// Both ends tell it, as on Linux.
    ino: u64,
    state: Lock<State>,
    changed: WaitQueue,
}

struct State {
    data: VecDeque<u8>,
    reader: bool,
    writer: bool,
}

/// The end that reads.
pub struct PipeReader(Arc<Pipe>);

/// The end that writes.
pub struct PipeWriter(Arc<Pipe>);

/// A new pipe: the end to read, the end to write. An end closes when its last owner drops it.
#[must_use]
pub fn pipe() -> (Arc<PipeReader>, Arc<PipeWriter>) {
    let state = State { data: VecDeque::new(), reader: true, writer: true };
    let pipe = Arc::new(Pipe { ino: next_ino(), state: Lock::new(state), changed: WaitQueue::new() });
    (Arc::new(PipeReader(pipe.clone())), Arc::new(PipeWriter(pipe)))
}

impl File for PipeReader {
    fn stat(&self) -> SysResult<Stat> {
        Ok(anonymous_stat(FileType::Fifo, self.0.ino))
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let mut state = self.0.state.lock();
        if state.data.is_empty() {
            return if state.writer { fail(Errno::EAGAIN, "the pipe is empty") } else { Ok(0) };
        }
        let n = state.data.len().min(buf.len());
        for (to, from) in buf.iter_mut().zip(state.data.drain(..n)) {
            *to = from;
        }
        drop(state);
        self.0.changed.wake_all();
        Ok(n)
    }

    fn ready(&self) -> PollEvents {
        let state = self.0.state.lock();
        let mut ready = PollEvents::empty();
        ready.set(PollEvents::IN, !state.data.is_empty() || !state.writer);
        ready.set(PollEvents::HUP, !state.writer);
        ready
    }

    fn wait(&self, _events: PollEvents) -> BoxFuture<'static, ()> {
        self.0.changed.wait()
    }

    fn available(&self) -> u64 {
        u64::try_from(self.0.state.lock().data.len()).unwrap_or(u64::MAX)
    }
}

impl Drop for PipeReader {
    fn drop(&mut self) {
        self.0.state.lock().reader = false;
        self.0.changed.wake_all();
    }
}

impl File for PipeWriter {
    fn stat(&self) -> SysResult<Stat> {
        Ok(anonymous_stat(FileType::Fifo, self.0.ino))
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        let mut state = self.0.state.lock();
        if !state.reader {
            return fail(Errno::EPIPE, "nobody reads this pipe");
        }
        let room = CAPACITY.saturating_sub(state.data.len());
        if !buf.is_empty() && (room == 0 || (buf.len() <= PIPE_BUF && room < buf.len())) {
            return fail(Errno::EAGAIN, "the pipe is full");
        }
        let n = buf.len().min(room);
        state.data.extend(buf.get(..n).unwrap_or_default());
        drop(state);
        self.0.changed.wake_all();
        Ok(n)
    }

    fn ready(&self) -> PollEvents {
        let state = self.0.state.lock();
        let mut ready = PollEvents::empty();
        ready.set(PollEvents::OUT, CAPACITY.saturating_sub(state.data.len()) >= PIPE_BUF || !state.reader);
        ready.set(PollEvents::ERR, !state.reader);
        ready
    }

    fn wait(&self, _events: PollEvents) -> BoxFuture<'static, ()> {
        self.0.changed.wait()
    }
}

impl Drop for PipeWriter {
    fn drop(&mut self) {
        self.0.state.lock().writer = false;
        self.0.changed.wake_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::SysError;

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
}
