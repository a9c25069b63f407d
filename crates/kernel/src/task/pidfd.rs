//! Descriptors of processes (pidfd_open(2)).

use std::sync::Arc;

use futures::future::BoxFuture;
use gopherix_abi::{Errno, FileType, PollEvents, Stat};

use super::Process;
use crate::error::{SysResult, fail};
use crate::file::File;
use crate::net::{anonymous_stat, next_ino};

/// A process as a file: it can be read, and says that it is at its end, once the process has ended.
pub struct PidFd {
    process: Arc<Process>,
    ino: u64,
}

impl PidFd {
    /// The file of a process.
    #[must_use]
    pub fn new(process: Arc<Process>) -> Arc<PidFd> {
        Arc::new(PidFd { process, ino: next_ino() })
    }
}

impl File for PidFd {
    fn stat(&self) -> SysResult<Stat> {
        Ok(anonymous_stat(FileType::Unknown, self.ino))
    }

    fn read(&self, _buf: &mut [u8]) -> SysResult<usize> {
        match self.process.status() {
            Some(_) => Ok(0),
            None => fail(Errno::EAGAIN, "the process has not ended"),
        }
    }

    fn ready(&self) -> PollEvents {
        if self.process.status().is_some() { PollEvents::IN } else { PollEvents::empty() }
    }

    fn wait(&self, _events: PollEvents) -> BoxFuture<'static, ()> {
        self.process.ended.wait()
    }

    fn available(&self) -> u64 {
        0
    }
}
