//! Byte streams of the host: stdio, pipes, terminals.
//!
//! A stream never blocks the thread it is used on. What can be opened anew through `/proc/self/fd` (pipes, terminals) gets
//! a description of its own with O_NONBLOCK, since that flag on the inherited one would be seen by every process that
//! shares it, the user's shell among them. Elsewhere poll(2) is asked first and writes are kept below PIPE_BUF.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::{AccessMode, Errno, FileType, PollEvents, Stat};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::platform::HostStream;
use rustix::event::{PollFd, PollFlags};
use rustix::fs::{Mode, OFlags};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::disk::convert::kind;
use crate::errno::from_host;
use crate::reactor::watch;

/// Bytes that poll(2)'s POLLOUT promises a pipe takes at once.
const PIPE_BUF: usize = 4096;

/// A stream of the host.
#[derive(Clone)]
pub struct FdStream(Arc<Inner>);

struct Inner {
    fd: OwnedFd,
    kind: FileType,
    /// Reads and writes answer EAGAIN by themselves.
    nonblocking: bool,
    /// Absent for what epoll does not take: regular files and some devices, which are always ready.
    reactor: Option<AsyncFd<OwnedFd>>,
    terminal: bool,
}

impl FdStream {
    /// A stream over a duplicate of a descriptor this process has, such as its stdin. Within the executor.
    ///
    /// # Errors
    /// What dup(2) and fstat(2) answer.
    pub fn inherit(fd: BorrowedFd<'_>) -> io::Result<Self> {
        let kind = kind(rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(fd)?.st_mode));
        if matches!(kind, FileType::Fifo | FileType::CharDevice)
            && let Some(own) = reopen(fd)
        {
            return FdStream::new(own, kind, true);
        }
        FdStream::new(fd.try_clone_to_owned()?, kind, false)
    }

    /// A stream over an end of a pipe of our own, which is made non-blocking. Within the executor.
    pub(crate) fn pipe(fd: OwnedFd) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&fd, true)?;
        FdStream::new(fd, FileType::Fifo, true)
    }

    /// A descriptor for a program of the host, with a description of its own, which may block as such programs expect; `None`
    /// where that cannot be had.
    pub(crate) fn reopen(&self, access: AccessMode) -> Option<OwnedFd> {
        if !matches!(self.0.kind, FileType::Fifo | FileType::CharDevice) {
            return None;
        }
        let access = match (access.reads(), access.writes()) {
            (true, true) => OFlags::RDWR,
            (false, true) => OFlags::WRONLY,
            _ => OFlags::RDONLY,
        };
        open_anew(self.0.fd.as_fd(), access)
    }

    /// A stream over the terminal that a descriptor is open on, to read and to write; `None` where that cannot be had. Within the
    /// executor.
    pub(crate) fn terminal(fd: BorrowedFd<'_>) -> Option<Self> {
        let own = open_anew(fd, OFlags::RDWR | OFlags::NONBLOCK)?;
        FdStream::new(own, FileType::CharDevice, true).ok()
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.0.fd.as_fd()
    }

    fn new(fd: OwnedFd, kind: FileType, nonblocking: bool) -> io::Result<Self> {
        let reactor = watch(fd.try_clone()?, Interest::READABLE | Interest::WRITABLE).ok();
        let terminal = rustix::termios::isatty(&fd);
        Ok(FdStream(Arc::new(Inner { fd, kind, nonblocking, reactor, terminal })))
    }

    fn check_ready(&self, events: PollEvents) -> SysResult<()> {
        if self.0.nonblocking
            || poll_now(self.0.fd.as_fd(), events).intersects(events | PollEvents::HUP | PollEvents::ERR)
        {
            Ok(())
        } else {
            fail(Errno::EAGAIN, "the host's stream is not ready")
        }
    }
}

impl HostStream for FdStream {
    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.check_ready(PollEvents::IN)?;
        rustix::io::retry_on_intr(|| rustix::io::read(&self.0.fd, &mut *buf)).map_err(from_host)
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        self.check_ready(PollEvents::OUT)?;
        let limited = !self.0.nonblocking && self.0.reactor.is_some();
        let part = if limited { buf.get(..PIPE_BUF).unwrap_or(buf) } else { buf };
        rustix::io::retry_on_intr(|| rustix::io::write(&self.0.fd, part)).map_err(from_host)
    }

    fn ready(&self) -> PollEvents {
        if self.0.reactor.is_none() {
            return PollEvents::IN | PollEvents::OUT;
        }
        poll_now(self.0.fd.as_fd(), PollEvents::IN | PollEvents::OUT)
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        let inner = self.0.clone();
        Box::pin(async move {
            let Some(reactor) = &inner.reactor else { return };
            let wanted = events | PollEvents::HUP | PollEvents::ERR;
            let interest = match (events.contains(PollEvents::IN), events.contains(PollEvents::OUT)) {
                (true, false) => Interest::READABLE,
                (false, true) => Interest::WRITABLE,
                _ => Interest::READABLE | Interest::WRITABLE,
            };
            // The reactor remembers readiness until it is told otherwise, so what it says is checked before it is believed.
            while let Ok(mut guard) = reactor.ready(interest).await {
                if poll_now(inner.fd.as_fd(), events).intersects(wanted) {
                    return;
                }
                guard.clear_ready();
            }
        })
    }

    fn stat(&self) -> SysResult<Stat> {
        let stat = rustix::fs::fstat(&self.0.fd).map_err(from_host)?;
        Ok(Stat { kind: self.0.kind, ..crate::disk::convert::stat(&stat) })
    }

    fn is_terminal(&self) -> bool {
        self.0.terminal
    }

    fn as_any(&self) -> Option<&dyn std::any::Any> {
        Some(self)
    }
}

/// What is ready right now.
pub(crate) fn poll_now(fd: BorrowedFd<'_>, events: PollEvents) -> PollEvents {
    let mut flags = PollFlags::empty();
    flags.set(PollFlags::IN, events.contains(PollEvents::IN));
    flags.set(PollFlags::OUT, events.contains(PollEvents::OUT));
    let mut fds = [PollFd::from_borrowed_fd(fd, flags)];
    let zero = rustix::time::Timespec { tv_sec: 0, tv_nsec: 0 };
    let found = match rustix::event::poll(&mut fds, Some(&zero)) {
        Ok(_) => fds.first().map_or(PollFlags::empty(), PollFd::revents),
        Err(_) => PollFlags::empty(),
    };
    let mut ready = PollEvents::empty();
    ready.set(
        PollEvents::IN,
        found.contains(PollFlags::IN) || found.contains(PollFlags::HUP) && events.contains(PollEvents::IN),
    );
    ready.set(PollEvents::OUT, found.contains(PollFlags::OUT));
    ready.set(PollEvents::HUP, found.contains(PollFlags::HUP));
    ready.set(PollEvents::ERR, found.contains(PollFlags::ERR));
    ready
}

/// A description of our own, non-blocking, on the same pipe or terminal; `None` where that cannot be had.
fn reopen(fd: BorrowedFd<'_>) -> Option<OwnedFd> {
    let access = rustix::fs::fcntl_getfl(fd).ok()? & OFlags::RWMODE;
    open_anew(fd, access | OFlags::NONBLOCK)
}

fn open_anew(fd: BorrowedFd<'_>, flags: OFlags) -> Option<OwnedFd> {
    let flags = flags | OFlags::NOCTTY | OFlags::CLOEXEC;
    rustix::fs::open(format!("/proc/self/fd/{}", fd.as_raw_fd()), flags, Mode::empty()).ok()
}
