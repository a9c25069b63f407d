//! TCP and UDP sockets of the host, which never block.

use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::{Errno, PollEvents, SockHow};
use gopherix_kernel::platform::{HostReceived, HostSocket};
use gopherix_kernel::{SysError, SysResult};
use rustix::io::retry_on_intr;
use rustix::net::{RecvFlags, SendFlags, Shutdown, SocketAddrAny, SocketFlags};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::runtime::Handle;

use crate::errno::{from_host, from_io};
use crate::reactor::watch;
use crate::stdio::poll_now;

/// A socket.
pub(super) struct NetSocket {
    socket: Arc<AsyncFd<OwnedFd>>,
    is_stream: bool,
    executor: Handle,
}

impl NetSocket {
    /// Takes over a non-blocking socket.
    ///
    /// # Errors
    /// What epoll_ctl(2) answers.
    pub(super) fn open(fd: OwnedFd, is_stream: bool, executor: Handle) -> SysResult<Arc<dyn HostSocket>> {
        let entered = executor.enter();
        let socket = watch(fd, Interest::READABLE | Interest::WRITABLE).map_err(|e| from_io(&e))?;
        drop(entered);
        Ok(Arc::new(NetSocket { socket: Arc::new(socket), is_stream, executor }))
    }

    fn fd(&self) -> &OwnedFd {
        self.socket.get_ref()
    }
}

fn inet(addr: SocketAddrAny) -> SysResult<SocketAddr> {
    SocketAddr::try_from(addr).map_err(|_| SysError::new(Errno::EAFNOSUPPORT, "not an internet address"))
}

impl HostSocket for NetSocket {
    fn bind(&self, addr: SocketAddr) -> SysResult<()> {
        rustix::net::bind(self.fd(), &addr).map_err(from_host)
    }

    fn listen(&self, backlog: u32) -> SysResult<()> {
        rustix::net::listen(self.fd(), i32::try_from(backlog).unwrap_or(i32::MAX)).map_err(from_host)
    }

    fn accept(&self) -> SysResult<Arc<dyn HostSocket>> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let fd = retry_on_intr(|| rustix::net::accept_with(self.fd(), flags)).map_err(from_host)?;
        NetSocket::open(fd, true, self.executor.clone())
    }

    fn connect(&self, addr: SocketAddr) -> SysResult<()> {
        rustix::net::connect(self.fd(), &addr).map_err(from_host)
    }

    fn local(&self) -> SysResult<SocketAddr> {
        inet(rustix::net::getsockname(self.fd()).map_err(from_host)?)
    }

    fn peer(&self) -> SysResult<SocketAddr> {
        match rustix::net::getpeername(self.fd()).map_err(from_host)? {
            Some(peer) => inet(peer),
            None => Err(SysError::new(Errno::ENOTCONN, "not connected")),
        }
    }

    fn recv(&self, buf: &mut [u8], peek: bool) -> SysResult<HostReceived> {
        let mut flags = if self.is_stream { RecvFlags::empty() } else { RecvFlags::TRUNC };
        flags.set(RecvFlags::PEEK, peek);
        let room = buf.len();
        let got = retry_on_intr(|| rustix::net::recvfrom(self.fd(), &mut *buf, flags));
        let (_, len, from) = got.map_err(from_host)?;
        let from = if self.is_stream { None } else { from.and_then(|from| inet(from).ok()) };
        Ok(HostReceived { n: len.min(room), len, from })
    }

    fn send(&self, buf: &[u8], to: Option<SocketAddr>) -> SysResult<usize> {
        let sent = retry_on_intr(|| match &to {
            Some(to) => rustix::net::sendto(self.fd(), buf, SendFlags::NOSIGNAL, to),
            None => rustix::net::send(self.fd(), buf, SendFlags::NOSIGNAL),
        });
        sent.map_err(from_host)
    }

    fn shutdown(&self, how: SockHow) -> SysResult<()> {
        let how = match (how.contains(SockHow::RD), how.contains(SockHow::WR)) {
            (true, true) => Shutdown::Both,
            (true, false) => Shutdown::Read,
            _ => Shutdown::Write,
        };
        rustix::net::shutdown(self.fd(), how).map_err(from_host)
    }

    #[expect(unsafe_code, reason = "options by number")]
    fn set_option(&self, level: u32, name: u32, value: &[u8]) -> SysResult<()> {
        const BAD: SysError = SysError::new(Errno::EINVAL, "no such option");
        let (level, name) = (i32::try_from(level).map_err(|_| BAD)?, i32::try_from(name).map_err(|_| BAD)?);
        let len = u32::try_from(value.len()).map_err(|_| BAD)?;
        // SAFETY: the descriptor is open as long as `self`, and the host reads `len` bytes at the pointer at most, which are
        // `value`'s.
        let done = unsafe { libc::setsockopt(self.fd().as_raw_fd(), level, name, value.as_ptr().cast(), len) };
        if done == 0 { Ok(()) } else { Err(from_io(&std::io::Error::last_os_error())) }
    }

    fn take_error(&self) -> Option<Errno> {
        match rustix::net::sockopt::socket_error(self.fd()) {
            Ok(Ok(())) => None,
            Ok(Err(e)) | Err(e) => Some(from_host(e).errno),
        }
    }

    fn available(&self) -> u64 {
        rustix::io::ioctl_fionread(self.fd()).unwrap_or(0)
    }

    fn ready(&self) -> PollEvents {
        poll_now(self.fd().as_fd(), PollEvents::IN | PollEvents::OUT)
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        let socket = self.socket.clone();
        Box::pin(async move {
            let wanted = events | PollEvents::HUP | PollEvents::ERR;
            let interest = match (events.contains(PollEvents::IN), events.contains(PollEvents::OUT)) {
                (true, false) => Interest::READABLE,
                (false, true) => Interest::WRITABLE,
                _ => Interest::READABLE | Interest::WRITABLE,
            };
            // The reactor remembers readiness until it is told otherwise, so what it says is checked before it is believed.
            while let Ok(mut guard) = socket.ready(interest).await {
                if poll_now(socket.get_ref().as_fd(), events).intersects(wanted) {
                    return;
                }
                guard.clear_ready();
            }
        })
    }
}
