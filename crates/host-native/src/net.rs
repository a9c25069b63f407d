//! Listeners that are handed in.

use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::PollEvents;
use gopherix_kernel::SysResult;
use gopherix_kernel::platform::{HostListener, HostStream};
use rustix::net::SocketFlags;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::errno::{from_host, from_io};
use crate::reactor::watch;
use crate::stdio::{FdStream, poll_now};

/// A listening TCP socket.
pub struct Listener {
    socket: Arc<AsyncFd<OwnedFd>>,
    address: String,
}

impl Listener {
    /// Takes over a listening socket. Within the executor.
    ///
    /// # Errors
    /// What fcntl(2) and epoll_ctl(2) answer.
    pub fn open(listener: TcpListener) -> std::io::Result<Arc<dyn HostListener>> {
        let address = listener.local_addr()?.to_string();
        listener.set_nonblocking(true)?;
        let socket = Arc::new(watch(OwnedFd::from(listener), Interest::READABLE)?);
        Ok(Arc::new(Listener { socket, address }))
    }
}

impl HostListener for Listener {
    fn accept(&self) -> SysResult<Arc<dyn HostStream>> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let connection = rustix::net::accept_with(self.socket.get_ref(), flags).map_err(from_host)?;
        Ok(Arc::new(FdStream::socket(connection).map_err(|e| from_io(&e))?))
    }

    fn ready(&self) -> PollEvents {
        poll_now(self.socket.get_ref().as_fd(), PollEvents::IN)
    }

    fn wait(&self) -> BoxFuture<'static, ()> {
        let socket = self.socket.clone();
        Box::pin(async move {
            while let Ok(mut guard) = socket.readable().await {
                if !poll_now(socket.get_ref().as_fd(), PollEvents::IN).is_empty() {
                    return;
                }
                guard.clear_ready();
            }
        })
    }

    fn local_addr(&self) -> String {
        self.address.clone()
    }
}
