//! Streams of the fake host: stdio whose other end says little.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::{Errno, FileType, Mode, PollEvents, Stat, Timespec};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::platform::HostStream;
use gopherix_kernel::sync::Lock;

/// Bytes its other end takes before a write would wait.
const TAKES: usize = 3000;

/// A stream with bytes to read whose other end stays, silently.
pub(super) struct FakeStream(Lock<Halves>);

struct Halves {
    input: VecDeque<u8>,
    room: usize,
}

impl FakeStream {
    pub(super) fn new(input: &[u8]) -> Arc<Self> {
        let input = input.iter().copied().collect();
        Arc::new(FakeStream(Lock::new(Halves { input, room: TAKES })))
    }
}

impl HostStream for FakeStream {
    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        let mut halves = self.0.lock();
        if halves.input.is_empty() && !buf.is_empty() {
            return fail(Errno::EAGAIN, "");
        }
        let n = buf.len().min(halves.input.len());
        buf.iter_mut().zip(halves.input.drain(..n)).for_each(|(to, from)| *to = from);
        Ok(n)
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        let mut halves = self.0.lock();
        if halves.room == 0 && !buf.is_empty() {
            return fail(Errno::EAGAIN, "");
        }
        let n = buf.len().min(halves.room);
        halves.room = halves.room.saturating_sub(n);
        Ok(n)
    }

    fn ready(&self) -> PollEvents {
        let halves = self.0.lock();
        let mut ready = PollEvents::empty();
        ready.set(PollEvents::IN, !halves.input.is_empty());
        ready.set(PollEvents::OUT, halves.room > 0);
        ready
    }

    fn wait(&self, _events: PollEvents) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }

    fn stat(&self) -> SysResult<Stat> {
        let time = Timespec::default();
        let kind = FileType::SocketStream;
        let (atime, mtime, ctime) = (time, time, time);
        Ok(Stat {
            dev: 8,
            ino: 1,
            nlink: 1,
            kind,
            mode: Mode(0o600),
            uid: 0,
            gid: 0,
            size: 0,
            blocks: 0,
            atime,
            mtime,
            ctime,
        })
    }

    fn is_terminal(&self) -> bool {
        false
    }
}
