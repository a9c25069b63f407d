//! Files as an open file description sees them, readiness, and the descriptions themselves.
//!
//! A [`File`] never waits: what would wait answers EAGAIN, and whoever wants to wait asks [`File::wait`]. So a blocking
//! system call is one loop (`wait_until_done`), poll(2) is the same wait over many files, and no file system knows of
//! futures. Regular files are always ready, as on Unix; a home may let them block shortly, as a disk does.
//!
//! Key types: [`File`], [`OpenFile`]. Neighbours: `fs`, `ipc`, `net` implement [`File`]; `task::fdtable`
//! holds [`OpenFile`]s; `syscall` drives them.

mod description;
mod wait;

use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::{DirEntry, Errno, Mode, PollEvents, SetTime, Stat};

pub use self::description::OpenFile;
pub use self::wait::{WaitQueue, wait_any};
use crate::error::{SysResult, fail};
use crate::tty::{Master, Tty};
use crate::vfs::NodeRef;

/// An open file: regular file, directory, device, pipe end, socket.
///
/// Every method that a kind of file has no use for keeps its default, which answers as POSIX says that kind must.
pub trait File: Send + Sync {
    /// Attributes (fstat(2)).
    ///
    /// # Errors
    /// EIO and what the medium answers.
    fn stat(&self) -> SysResult<Stat>;

    /// Whether the file has offsets: regular files do, streams do not (lseek(2) answers ESPIPE).
    fn seekable(&self) -> bool {
        false
    }

    /// Whether what is written stays, so that limits of written bytes count it and O_SYNC means something: regular files do,
    /// devices like `/dev/null` have offsets and yet do not.
    fn stores(&self) -> bool {
        self.seekable()
    }

    /// Reads from a stream.
    ///
    /// # Errors
    /// EAGAIN if it would wait; EBADF where there is nothing to read; EISDIR for directories.
    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        let _ = buf;
        fail(Errno::EBADF, "this file cannot be read")
    }

    /// Writes to a stream.
    ///
    /// # Errors
    /// EAGAIN if it would wait, EPIPE if nobody can read it any more.
    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        let _ = buf;
        fail(Errno::EBADF, "this file cannot be written")
    }

    /// Reads at an offset; 0 bytes at or past the end.
    ///
    /// # Errors
    /// ESPIPE where there are no offsets.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize> {
        let _ = (buf, offset);
        fail(Errno::ESPIPE, "this file has no offsets")
    }

    /// Writes at an offset, growing the file; a gap reads as zeros.
    ///
    /// # Errors
    /// ESPIPE where there are no offsets; ENOSPC, EFBIG.
    fn write_at(&self, buf: &[u8], offset: u64) -> SysResult<usize> {
        let _ = (buf, offset);
        fail(Errno::ESPIPE, "this file has no offsets")
    }

    /// Writes at the end in one step (O_APPEND): bytes written and the new end.
    ///
    /// # Errors
    /// As [`File::write_at`].
    fn append(&self, buf: &[u8]) -> SysResult<(usize, u64)> {
        let _ = buf;
        fail(Errno::ESPIPE, "this file has no end to append to")
    }

    /// What would not wait now. Files that never wait keep the default.
    fn ready(&self) -> PollEvents {
        PollEvents::IN | PollEvents::OUT
    }

    /// Ends when [`File::ready`] may have changed towards `events`. It may end early; it misses no change that happens
    /// after it was first polled.
    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        let _ = events;
        Box::pin(std::future::ready(()))
    }

    /// Bytes that a read would find now, for poll's answer; 1 where only "some" is known.
    fn available(&self) -> u64 {
        1
    }

    /// Sets the size (ftruncate(2)).
    ///
    /// # Errors
    /// EINVAL where there is no size.
    fn truncate(&self, len: u64) -> SysResult<()> {
        let _ = len;
        fail(Errno::EINVAL, "this file has no size to set")
    }

    /// Makes sure of space for a range, growing the file to its end (posix_fallocate(3)).
    ///
    /// # Errors
    /// ENODEV where that means nothing, ENOSPC.
    fn allocate(&self, offset: u64, len: u64) -> SysResult<()> {
        let _ = (offset, len);
        fail(Errno::ENODEV, "this file has no space to allocate")
    }

    /// Brings data (and attributes, unless `data_only`) to the medium.
    ///
    /// # Errors
    /// EINVAL where there is no medium; EIO.
    fn sync(&self, data_only: bool) -> SysResult<()> {
        let _ = data_only;
        fail(Errno::EINVAL, "this file has no medium")
    }

    /// Sets the times (futimens(3)).
    ///
    /// # Errors
    /// EPERM where they cannot be set.
    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        let _ = (atime, mtime);
        fail(Errno::EPERM, "the times of this file cannot be set")
    }

    /// Sets the permission bits, of which the caller has checked that they may be set (fchmod(2)).
    ///
    /// # Errors
    /// EPERM where they cannot be set.
    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        let _ = mode;
        fail(Errno::EPERM, "the mode of this file cannot be set")
    }

    /// Sets owner and group, as [`Node::set_owner`](crate::vfs::Node::set_owner) (fchown(2)).
    ///
    /// # Errors
    /// EPERM where they cannot be set.
    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        let _ = (uid, gid);
        fail(Errno::EPERM, "the owner of this file cannot be set")
    }

    /// The directory node this file is open on, pinned: it stays with the directory when that is renamed.
    fn node(&self) -> Option<NodeRef> {
        None
    }

    /// All entries but `.` and `..`, in an order that stays the same while nothing changes.
    ///
    /// # Errors
    /// ENOTDIR where it is no directory.
    fn entries(&self) -> SysResult<Vec<DirEntry>> {
        fail(Errno::ENOTDIR, "not a directory")
    }

    /// The socket it is, for the calls that only sockets have.
    fn as_socket(&self) -> Option<&crate::net::Socket> {
        None
    }

    /// Whether it is a socket.
    fn is_socket(&self) -> bool {
        self.as_socket().is_some()
    }

    /// Whether it is a terminal (isatty(3)).
    fn is_terminal(&self) -> bool {
        false
    }

    /// The stream of the host that it is.
    fn host_stream(&self) -> Option<Arc<dyn crate::platform::HostStream>> {
        None
    }

    /// The terminal that it is open on, as a program uses one.
    fn tty(&self) -> Option<&Arc<Tty>> {
        None
    }

    /// The master of a pseudo-terminal, if it is one.
    fn master(&self) -> Option<&Master> {
        None
    }

    /// The terminal behind it, as sessions and groups know one.
    fn terminal(&self) -> Option<Arc<dyn crate::task::Terminal>> {
        None
    }
}
