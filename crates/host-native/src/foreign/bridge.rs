//! Descriptors 0 to 2 of a program of the host: given as they are, or through a pipe that is copied.

use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::Arc;

use futures::future::{Either, select};
use gopherix_abi::{AccessMode, Errno, Fd, OpenFlags, PollEvents};
use gopherix_kernel::file::{File, OpenFile, wait_any};
use gopherix_kernel::net::StreamFile;
use gopherix_kernel::task::Process;
use gopherix_kernel::{SysError, SysResult};
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::errno::from_host;
use crate::stdio::FdStream;

/// Bytes copied at a time.
const PIECE: usize = 64 << 10;

/// What is to be copied while the program runs.
pub(super) struct Bridges {
    /// Into its stdin.
    input: Option<(Arc<OpenFile>, Arc<OpenFile>)>,
    /// Out of its stdout and stderr.
    outputs: Vec<(Arc<OpenFile>, Arc<OpenFile>)>,
    /// Whether one of its streams is a terminal.
    pub(super) has_terminal: bool,
}

/// Gives a command the process' descriptors. Within the executor.
pub(super) fn connect(process: &Process, command: &mut Command) -> SysResult<Bridges> {
    let mut bridges = Bridges { input: None, outputs: Vec::new(), has_terminal: false };
    for fd in 0..3 {
        let entry = process.fds.lock().get(Fd(fd)).map(|entry| entry.file.clone()).ok();
        let stdio = match entry {
            None => Stdio::null(),
            Some(file) => match as_it_is(&file) {
                Some(own) => {
                    bridges.has_terminal |= rustix::termios::isatty(&own);
                    own.into()
                }
                None => bridges.pipe(fd, file)?,
            },
        };
        match fd {
            0 => command.stdin(stdio),
            1 => command.stdout(stdio),
            _ => command.stderr(stdio),
        };
    }
    Ok(bridges)
}

/// A stream of the host, which needs no copying.
fn as_it_is(file: &OpenFile) -> Option<OwnedFd> {
    let stream = file.file().host_stream()?;
    stream.as_any()?.downcast_ref::<FdStream>()?.reopen(file.access())
}

impl Bridges {
    fn pipe(&mut self, fd: u32, file: Arc<OpenFile>) -> SysResult<Stdio> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).map_err(from_host)?;
        let own = |fd: OwnedFd, access| -> SysResult<Arc<OpenFile>> {
            let refused = SysError::new(Errno::EMFILE, "the host refuses a pipe");
            let stream = FdStream::pipe(fd).map_err(|_| refused)?;
            Ok(OpenFile::new(StreamFile::stream(Arc::new(stream)), access, OpenFlags::empty(), None))
        };
        Ok(match fd {
            0 => {
                self.input = Some((file, own(writer, AccessMode::WriteOnly)?));
                reader.into()
            }
            _ => {
                self.outputs.push((own(reader, AccessMode::ReadOnly)?, file));
                writer.into()
            }
        })
    }

    /// Copies from now on; what this answers ends when all output is out.
    pub(super) fn start(self, process: &Arc<Process>, executor: &Handle) -> Vec<JoinHandle<()>> {
        if let Some((from, to)) = self.input {
            let process = process.clone();
            executor.spawn(async move {
                let copying = std::pin::pin!(copy(from, to));
                let ended = std::pin::pin!(process.wait());
                if let Either::Left(_) = select(copying, ended).await {}
            });
        }
        self.outputs.into_iter().map(|(from, to)| executor.spawn(copy(from, to))).collect()
    }
}

/// Copies until the end of one, or until the other takes no more.
async fn copy(from: Arc<OpenFile>, to: Arc<OpenFile>) {
    let mut piece = vec![0; PIECE];
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => return,
            Ok(read) => read,
            Err(error) if error.errno == Errno::EAGAIN => {
                ready(&**from.file(), PollEvents::IN).await;
                continue;
            }
            Err(_) => return,
        };
        let mut rest = piece.get(..read).unwrap_or_default();
        while !rest.is_empty() {
            match to.write(rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if error.errno == Errno::EAGAIN => ready(&**to.file(), PollEvents::OUT).await,
                Err(_) => return,
            }
        }
    }
}

async fn ready(file: &dyn File, events: PollEvents) {
    let wanted = events | PollEvents::HUP | PollEvents::ERR;
    wait_any(vec![file.wait(events)], || file.ready().intersects(wanted).then_some(())).await;
}
