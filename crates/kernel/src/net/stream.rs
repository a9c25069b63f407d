//! Files over the platform's streams and listeners.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::BoxFuture;
use gopherix_abi::{Errno, FileType, Mode, PollEvents, SockHow, Stat, Timespec};

use crate::error::{SysResult, fail};
use crate::file::File;
use crate::platform::{HostListener, HostStream};

/// A stream of the host as a file.
pub struct StreamFile {
    stream: Arc<dyn HostStream>,
    socket: bool,
}

impl StreamFile {
    /// Stdio, a pipe, a device.
    #[must_use]
    pub fn stream(stream: Arc<dyn HostStream>) -> Arc<dyn File> {
        Arc::new(StreamFile { stream, socket: false })
    }

    /// A connected stream socket.
    #[must_use]
    pub fn socket(stream: Arc<dyn HostStream>) -> Arc<dyn File> {
        Arc::new(StreamFile { stream, socket: true })
    }
}

impl File for StreamFile {
    fn host_stream(&self) -> Option<&Arc<dyn HostStream>> {
        Some(&self.stream)
    }

    fn stat(&self) -> SysResult<Stat> {
        self.stream.stat()
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.stream.read(buf)
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        self.stream.write(buf)
    }

    fn ready(&self) -> PollEvents {
        self.stream.ready()
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        self.stream.wait(events)
    }

    fn accept(&self) -> SysResult<Arc<dyn File>> {
        if self.socket { fail(Errno::EINVAL, "not listening") } else { fail(Errno::ENOTSOCK, "not a socket") }
    }

    fn peek(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.stream.peek(buf)
    }

    fn shutdown(&self, how: SockHow) -> SysResult<()> {
        self.stream.shutdown(how)
    }

    fn is_socket(&self) -> bool {
        self.socket
    }

    fn is_terminal(&self) -> bool {
        self.stream.is_terminal()
    }
}

/// A listener of the host as a file.
pub struct ListenerFile {
    listener: Arc<dyn HostListener>,
    ino: u64,
}

impl ListenerFile {
    /// A listener that was handed in.
    #[must_use]
    pub fn listener(listener: Arc<dyn HostListener>) -> Arc<dyn File> {
        Arc::new(ListenerFile { listener, ino: next_ino() })
    }
}

impl File for ListenerFile {
    fn stat(&self) -> SysResult<Stat> {
        Ok(anonymous_stat(FileType::SocketStream, self.ino))
    }

    fn accept(&self) -> SysResult<Arc<dyn File>> {
        self.listener.accept().map(StreamFile::socket)
    }

    fn read(&self, _buf: &mut [u8]) -> SysResult<usize> {
        fail(Errno::ENOTCONN, "a listening socket")
    }

    fn write(&self, _buf: &[u8]) -> SysResult<usize> {
        fail(Errno::ENOTCONN, "a listening socket")
    }

    fn peek(&self, _buf: &mut [u8]) -> SysResult<usize> {
        fail(Errno::ENOTCONN, "a listening socket")
    }

    /// Linux would stop listening; but the listener is the embedder's, so this answers as the BSDs do.
    fn shutdown(&self, _how: SockHow) -> SysResult<()> {
        fail(Errno::ENOTCONN, "a listening socket")
    }

    fn ready(&self) -> PollEvents {
        self.listener.ready()
    }

    fn wait(&self, _events: PollEvents) -> BoxFuture<'static, ()> {
        self.listener.wait()
    }

    fn is_socket(&self) -> bool {
        true
    }
}

/// A number for a file that no file system holds (pipefs and sockfs of Linux), so that programs can tell two of them apart.
pub(crate) fn next_ino() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Attributes of a file that no file system holds.
#[must_use]
pub(crate) fn anonymous_stat(kind: FileType, ino: u64) -> Stat {
    let zero = Timespec::default();
    Stat {
        dev: 0,
        ino,
        nlink: 1,
        kind,
        mode: Mode(0o600),
        uid: 0,
        gid: 0,
        size: 0,
        blocks: 0,
        atime: zero,
        mtime: zero,
        ctime: zero,
    }
}
