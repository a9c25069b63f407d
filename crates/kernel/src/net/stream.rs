//! Files over the platform's streams.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::BoxFuture;
use gopherix_abi::{FileType, Mode, PollEvents, Stat, Timespec};

use crate::error::SysResult;
use crate::file::File;
use crate::platform::HostStream;

/// A stream of the host as a file: stdio, a pipe, a device.
pub struct StreamFile(Arc<dyn HostStream>);

impl StreamFile {
    /// The file over a stream.
    #[must_use]
    pub fn stream(stream: Arc<dyn HostStream>) -> Arc<dyn File> {
        Arc::new(StreamFile(stream))
    }
}

impl File for StreamFile {
    fn host_stream(&self) -> Option<Arc<dyn HostStream>> {
        Some(self.0.clone())
    }

    fn stat(&self) -> SysResult<Stat> {
        self.0.stat()
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.0.read(buf)
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        self.0.write(buf)
    }

    fn ready(&self) -> PollEvents {
        self.0.ready()
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        self.0.wait(events)
    }

    fn is_terminal(&self) -> bool {
        self.0.is_terminal()
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
