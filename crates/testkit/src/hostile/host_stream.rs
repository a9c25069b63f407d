//! Streams of the fake host: a socket or stdio whose other end says little, and a listener with a few connections.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::{Errno, FileType, Mode, PollEvents, SockHow, Stat, Timespec};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::platform::{HostListener, HostStream};
use gopherix_kernel::sync::Lock;

/// Bytes its other end takes before a write would wait.
const TAKES: usize = 3000;

/// A stream with bytes to read whose other end stays, silently.
pub(super) struct FakeStream(Lock<Halves>);

struct Halves {
    input: VecDeque<u8>,
    room: usize,
    ended: SockHow,
}

impl FakeStream {
    pub(super) fn new(input: &[u8]) -> Arc<Self> {
        let input = input.iter().copied().collect();
        Arc::new(FakeStream(Lock::new(Halves { input, room: TAKES, ended: SockHow::empty() })))
    }
}

impl HostStream for FakeStream {
    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        let n = self.peek(buf)?;
        self.0.lock().input.drain(..n);
        Ok(n)
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        let mut halves = self.0.lock();
        if halves.ended.contains(SockHow::WR) {
            return fail(Errno::EPIPE, "");
        }
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
        ready.set(PollEvents::IN, !halves.input.is_empty() || halves.ended.contains(SockHow::RD));
        ready.set(PollEvents::OUT, halves.room > 0 || halves.ended.contains(SockHow::WR));
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

    fn shutdown(&self, how: SockHow) -> SysResult<()> {
        self.0.lock().ended.insert(how);
        Ok(())
    }

    fn peek(&self, buf: &mut [u8]) -> SysResult<usize> {
        let halves = self.0.lock();
        if halves.input.is_empty() && !buf.is_empty() && !halves.ended.contains(SockHow::RD) {
            return fail(Errno::EAGAIN, "");
        }
        let n = buf.len().min(halves.input.len());
        buf.iter_mut().zip(&halves.input).for_each(|(to, from)| *to = *from);
        Ok(n)
    }
}

/// A listener on which so many connections wait.
pub(super) struct FakeListener(pub(super) Lock<usize>);

impl HostListener for FakeListener {
    fn accept(&self) -> SysResult<Arc<dyn HostStream>> {
        let mut waiting = self.0.lock();
        if *waiting == 0 {
            return fail(Errno::EAGAIN, "");
        }
        *waiting = waiting.saturating_sub(1);
        Ok(FakeStream::new(b"hello"))
    }

    fn ready(&self) -> PollEvents {
        if *self.0.lock() > 0 { PollEvents::IN } else { PollEvents::empty() }
    }

    fn wait(&self) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }

    fn local_addr(&self) -> String {
        "127.0.0.1:1".into()
    }
}
