//! A process that was started.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::executor::block_on;
use gopherix_abi::{Pid, Signal};
use gopherix_kernel::task::{ExitStatus, Process};

use crate::profile::CpuProfile;
use crate::{Error, JsHandle, Machine, PipeReader, PipeWriter};

/// A process that was started. Dropping it neither ends nor awaits the process.
pub struct Child {
    /// The other end of its stdin, if that is a pipe. Take and drop it for the end of the input.
    pub stdin: Option<PipeWriter>,
    /// The other end of its stdout, if that is a pipe.
    pub stdout: Option<PipeReader>,
    /// The other end of its stderr, if that is a pipe.
    pub stderr: Option<PipeReader>,
    /// A way into its JavaScript world, if [`Command::js_handle`](crate::Command::js_handle) asked for one and it has such
    /// a world. Take and drop it for the end of the calls: the program does not end by itself before.
    pub js: Option<JsHandle>,
    /// Its CPU profile, if [`Command::profile`](crate::Command::profile) asked for one.
    pub profile: Option<CpuProfile>,
    pub(crate) process: Arc<Process>,
    /// The machine lives at least as long as its processes' handles.
    pub(crate) _machine: Machine,
}

/// How a process ended, with what was noted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The status.
    pub status: ExitStatus,
    /// A message for people, such as a trap's with its backtrace.
    pub note: Option<String>,
}

/// What a process has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageReport {
    /// CPU time, without what the present turn has used so far.
    pub cpu: Duration,
    /// Bytes of linear memory now.
    pub memory: u64,
    /// The most it had.
    pub memory_peak: u64,
    /// Bytes written to files.
    pub written: u64,
    /// Open descriptors.
    pub open_files: usize,
    /// Whether it asked for more memory than it may have.
    pub hit_memory_limit: bool,
    /// Whether it asked for more descriptors than it may have.
    pub hit_open_files_limit: bool,
}

impl Child {
    /// Its process id in the machine.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.process.pid
    }

    /// The process in the kernel.
    #[must_use]
    pub fn process(&self) -> &Arc<Process> {
        &self.process
    }

    /// Waits for its end, and that of all it has started: they end with it.
    pub async fn wait(&self) -> ExitStatus {
        self.process.wait().await
    }

    /// Waits for its end on this thread.
    #[must_use]
    pub fn wait_blocking(&self) -> ExitStatus {
        block_on(self.process.wait())
    }

    /// How it ended, if it has.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.process.status().map(|status| Outcome { status, note: self.process.note() })
    }

    /// Sends it a signal. What becomes of that is the program's to say, but for SIGKILL and SIGSTOP.
    ///
    /// # Errors
    /// None so far.
    pub fn kill(&self, signal: Signal) -> Result<(), Error> {
        self.process.kill(signal).map_err(Error::setup("kill"))
    }

    /// What it has used so far.
    #[must_use]
    pub fn usage(&self) -> UsageReport {
        let usage = &self.process.usage;
        UsageReport {
            cpu: Duration::from_nanos(usage.cpu_ns.load(Ordering::Relaxed)),
            memory: usage.memory.load(Ordering::Relaxed),
            memory_peak: usage.memory_peak.load(Ordering::Relaxed),
            written: usage.written.load(Ordering::Relaxed),
            open_files: self.process.fds.lock().iter().count(),
            hit_memory_limit: usage.hit_memory.load(Ordering::Relaxed),
            hit_open_files_limit: usage.hit_open_files.load(Ordering::Relaxed),
        }
    }
}
