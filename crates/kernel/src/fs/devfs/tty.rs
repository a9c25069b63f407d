//! `/dev/tty`: the terminal of whoever opens it (tty(4)).
//!
//! Without job control a process' terminal is the one among its first three descriptors. A home may hand in a terminal as
//! several files, one to read and others to write, so opening for both can need two of them.

use std::sync::Arc;

use futures::future::{BoxFuture, select};
use gopherix_abi::{Errno, Fd, FileType, PollEvents, SetTime, Stat};

use super::super::synthetic::Origin;
use crate::error::{SysResult, fail};
use crate::file::{File, OpenFile};
use crate::task::Process;
use crate::vfs::{Node, OpenHow};

pub(super) struct TtyNode {
    pub(super) origin: Arc<Origin>,
    pub(super) ino: u64,
}

impl Node for TtyNode {
    fn kind(&self) -> FileType {
        FileType::CharDevice
    }

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.origin.stat(self.ino, FileType::CharDevice, 0o666))
    }

    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        let terminals =
            self.origin.kernel().and_then(|k| k.process(how.caller)).map_or_else(Vec::new, |p| terminals(&p));
        let Some(first) = terminals.first() else { return fail(Errno::ENXIO, "the process has no terminal") };
        // Where no descriptor is open for what is asked, the terminal itself says whether it can do it.
        let input = terminals.iter().find(|t| t.access().reads()).unwrap_or(first).file();
        let output = terminals.iter().find(|t| t.access().writes()).unwrap_or(first).file();
        Ok(match (how.read, how.write) {
            (true, true) if !Arc::ptr_eq(input, output) => {
                Arc::new(Terminal { input: input.clone(), output: output.clone() })
            }
            (false, true) => output.clone(),
            _ => input.clone(),
        })
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        Ok(())
    }
}

fn terminals(process: &Process) -> Vec<Arc<OpenFile>> {
    let standard: Vec<_> = {
        let fds = process.fds.lock();
        (0..3).filter_map(|n| fds.get(Fd(n)).ok()).map(|entry| entry.file.clone()).collect()
    };
    standard.into_iter().filter(|open| open.file().is_terminal()).collect()
}

/// A terminal that came as two files.
struct Terminal {
    input: Arc<dyn File>,
    output: Arc<dyn File>,
}

impl File for Terminal {
    fn stat(&self) -> SysResult<Stat> {
        self.input.stat()
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.input.read(buf)
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        self.output.write(buf)
    }

    fn ready(&self) -> PollEvents {
        self.input.ready().difference(PollEvents::OUT) | self.output.ready().difference(PollEvents::IN)
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        match (events.contains(PollEvents::IN), events.contains(PollEvents::OUT)) {
            (true, false) => self.input.wait(events),
            (false, true) => self.output.wait(events),
            _ => {
                let (input, output) = (self.input.wait(PollEvents::IN), self.output.wait(PollEvents::OUT));
                Box::pin(async move { drop(select(input, output).await) })
            }
        }
    }

    fn available(&self) -> u64 {
        self.input.available()
    }

    fn is_terminal(&self) -> bool {
        true
    }
}
