//! Where a process' standard streams lead.

use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;

use futures::executor::block_on;
use gopherix_abi::{AccessMode, Errno, FileType, Mode, OpenFlags, PollEvents, Stat, Timespec};
use gopherix_host_native::stdio::FdStream;
use gopherix_host_native::terminal::{self, Terminals};
use gopherix_kernel::file::{File, OpenFile, wait_any};
use gopherix_kernel::ipc::pipe::{self, pipe};
use gopherix_kernel::net::StreamFile;
use gopherix_kernel::sync::Lock;
use gopherix_kernel::tty::Tty;
use gopherix_kernel::{Kernel, SysError, SysResult};

/// Where one of a process' standard streams leads.
#[derive(Clone, Debug, Default)]
pub enum Stdio {
    /// To `/dev/null`.
    #[default]
    Null,
    /// To the same stream of this process. If that is a terminal, it is the controlling terminal of the process' session.
    Inherit,
    /// stdin: reads these bytes, then the end. stdout and stderr: as `Null`.
    Bytes(Vec<u8>),
    /// To a pipe whose other end the [`Child`](crate::Child) holds.
    Pipe,
}

/// The embedder's end of a process' stdout or stderr.
pub struct PipeReader(Arc<pipe::PipeReader>);

impl PipeReader {
    /// Reads what is there, waiting for at least one byte; 0 at the end.
    ///
    /// # Errors
    /// None so far.
    pub async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        until(&*self.0, PollEvents::IN, |file| file.read(buf)).await
    }
}

impl io::Read for PipeReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        block_on(PipeReader::read(self, buf))
    }
}

/// The embedder's end of a process' stdin. Dropping it is the end of the input.
pub struct PipeWriter(Arc<pipe::PipeWriter>);

impl PipeWriter {
    /// Writes some bytes, waiting for room.
    ///
    /// # Errors
    /// `BrokenPipe` if the process no longer reads.
    pub async fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        until(&*self.0, PollEvents::OUT, |file| file.write(buf)).await
    }
}

impl io::Write for PipeWriter {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        block_on(PipeWriter::write(self, buf))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn until<F: File>(
    file: &F,
    events: PollEvents,
    mut attempt: impl FnMut(&F) -> SysResult<usize>,
) -> io::Result<usize> {
    loop {
        match attempt(file) {
            Ok(n) => return Ok(n),
            Err(e) if e.errno == Errno::EAGAIN => {}
            Err(e) if e.errno == Errno::EPIPE => return Err(io::ErrorKind::BrokenPipe.into()),
            Err(e) => return Err(io::Error::other(e)),
        }
        let wanted = events | PollEvents::HUP | PollEvents::ERR;
        wait_any(vec![file.wait(events)], || file.ready().intersects(wanted).then_some(())).await;
    }
}

/// What a stream became: the guest's description, and the embedder's end of a pipe.
pub(crate) struct Opened {
    pub(crate) file: Arc<OpenFile>,
    pub(crate) reader: Option<PipeReader>,
    pub(crate) writer: Option<PipeWriter>,
}

impl Stdio {
    /// Opens descriptor `fd` (0, 1 or 2). Within the executor.
    pub(crate) fn open(
        self,
        fd: u32,
        terminals: &mut Terminals,
        kernel: &Arc<Kernel>,
        null: impl FnOnce(AccessMode) -> SysResult<Arc<OpenFile>>,
    ) -> SysResult<Opened> {
        let access = if fd == 0 { AccessMode::ReadOnly } else { AccessMode::WriteOnly };
        let whole = |file| Opened { file, reader: None, writer: None };
        let open = |file: Arc<dyn File>| OpenFile::new(file, access, OpenFlags::empty(), None);
        match (self, fd) {
            (Stdio::Bytes(bytes), 0) => Ok(whole(open(Arc::new(Bytes(Lock::new(io::Cursor::new(bytes))))))),
            (Stdio::Null | Stdio::Bytes(_), _) => null(access).map(whole),
            (Stdio::Inherit, _) => {
                let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
                let host = match fd {
                    0 => stdin.as_fd(),
                    1 => stdout.as_fd(),
                    _ => stderr.as_fd(),
                };
                if let Some(tty) = terminals.of(host, kernel) {
                    let access = terminal::access(host).unwrap_or(access);
                    return Ok(whole(OpenFile::new(Tty::open(&tty)?, access, OpenFlags::empty(), None)));
                }
                match FdStream::inherit(host) {
                    Ok(stream) => Ok(whole(open(StreamFile::stream(Arc::new(stream))))),
                    // This process was started without it; a guest fares better with one that is empty.
                    Err(_) => null(access).map(whole),
                }
            }
            (Stdio::Pipe, 0) => {
                let (reader, writer) = pipe();
                Ok(Opened { file: open(reader), reader: None, writer: Some(PipeWriter(writer)) })
            }
            (Stdio::Pipe, _) => {
                let (reader, writer) = pipe();
                Ok(Opened { file: open(writer), reader: Some(PipeReader(reader)), writer: None })
            }
        }
    }
}

/// Input that is all there from the start.
struct Bytes(Lock<io::Cursor<Vec<u8>>>);

impl File for Bytes {
    fn stat(&self) -> Result<Stat, SysError> {
        let size = u64::try_from(self.0.lock().get_ref().len()).unwrap_or(0);
        let zero = Timespec::default();
        Ok(Stat {
            dev: 0,
            ino: 0,
            nlink: 1,
            kind: FileType::Fifo,
            mode: Mode(0o400),
            uid: 0,
            gid: 0,
            size,
            blocks: 0,
            atime: zero,
            mtime: zero,
            ctime: zero,
        })
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        io::Read::read(&mut *self.0.lock(), buf).map_err(|_| SysError::bare(Errno::EIO))
    }

    fn available(&self) -> u64 {
        let cursor = self.0.lock();
        u64::try_from(cursor.get_ref().len()).unwrap_or(0).saturating_sub(cursor.position())
    }
}
