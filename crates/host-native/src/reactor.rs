//! Descriptors watched by the executor's reactor.

use std::io;
use std::os::fd::OwnedFd;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Watches a descriptor. Within the executor.
///
/// # Errors
/// EPERM for what epoll(7) does not take, such as regular files.
#[expect(unsafe_code, reason = "the reactor's contract")]
pub(crate) fn watch(fd: OwnedFd, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an `OwnedFd` keeps its descriptor open until it is dropped, it is owned by the `AsyncFd`, and `as_raw_fd` of
    // an `OwnedFd` always gives that descriptor.
    unsafe { AsyncFd::register_with_interest(fd, interest) }.map_err(Into::into)
}
