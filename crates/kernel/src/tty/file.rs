//! Open files of terminals: the side of programs, and the master's.

use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::{Errno, FileType, PollEvents, SetTime, Stat};

use super::pty::{Pty, Ptys};
use super::{Line, Tty};
use crate::error::{SysResult, fail};
use crate::file::File;
use crate::net::{anonymous_stat, next_ino};
use crate::platform::HostStream;
use crate::task::Terminal;

/// A terminal, opened by a program.
pub struct TtyFile(Arc<Tty>);

impl Tty {
    /// Opens it.
    ///
    /// # Errors
    /// EIO once it is hung up.
    pub fn open(self: &Arc<Self>) -> SysResult<Arc<dyn File>> {
        if let Line::Pty(pty) = &self.line {
            pty.opened()?;
        }
        Ok(Arc::new(TtyFile(self.clone())))
    }
}

impl File for TtyFile {
    fn stat(&self) -> SysResult<Stat> {
        self.0.stat()
    }

    /// As a read with O_NONBLOCK; whoever may wait asks the terminal, since waiting has rules of its own (VMIN, VTIME).
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

    fn available(&self) -> u64 {
        self.0.available()
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        Ok(())
    }

    fn is_terminal(&self) -> bool {
        true
    }

    fn host_stream(&self) -> Option<Arc<dyn HostStream>> {
        match &self.0.line {
            Line::Host(host) => Some(host.clone()),
            Line::Pty(_) => None,
        }
    }

    fn tty(&self) -> Option<&Arc<Tty>> {
        Some(&self.0)
    }

    fn terminal(&self) -> Option<Arc<dyn Terminal>> {
        Some(self.0.clone())
    }
}

impl Drop for TtyFile {
    fn drop(&mut self) {
        if let Line::Pty(pty) = &self.0.line {
            pty.closed();
        }
    }
}

/// The master of a pseudo-terminal: it types and it sees.
pub struct Master {
    tty: Arc<Tty>,
    ptys: Arc<Ptys>,
    ino: u64,
}

impl Master {
    pub(super) fn new(tty: Arc<Tty>, ptys: Arc<Ptys>) -> Master {
        Master { tty, ptys, ino: next_ino() }
    }

    /// The terminal on its other side.
    #[must_use]
    pub fn tty(&self) -> &Arc<Tty> {
        &self.tty
    }

    fn pty(&self) -> SysResult<&Pty> {
        match &self.tty.line {
            Line::Pty(pty) => Ok(pty),
            Line::Host(_) => fail(Errno::EIO, "no pseudo-terminal"),
        }
    }
}

impl File for Master {
    fn stat(&self) -> SysResult<Stat> {
        Ok(anonymous_stat(FileType::CharDevice, self.ino))
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.pty()?.master_read(buf)
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        let mut signals = Vec::new();
        let written = self.pty()?.master_write(buf, &mut signals);
        for signal in signals {
            self.tty.signal_foreground(signal);
        }
        written
    }

    fn ready(&self) -> PollEvents {
        self.pty().map_or(PollEvents::ERR, Pty::master_ready)
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        self.tty.wait(events)
    }

    fn available(&self) -> u64 {
        self.pty().map_or(0, Pty::master_available)
    }

    fn is_terminal(&self) -> bool {
        true
    }

    fn master(&self) -> Option<&Master> {
        Some(self)
    }
}

impl Drop for Master {
    fn drop(&mut self) {
        if let Line::Pty(pty) = &self.tty.line {
            self.ptys.remove(pty.number);
            pty.hang_up();
        }
        self.tty.hang_up();
    }
}
