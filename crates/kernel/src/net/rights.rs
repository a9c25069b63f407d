//! Control data of unix sockets: passed descriptors and credentials (unix(7), "Ancillary messages").

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gopherix_abi::{Errno, Pid};

use crate::error::{SysResult, fail};
use crate::task::FdEntry;

/// Most descriptors in one message (SCM_MAX_FD of Linux).
pub const MAX_FDS: usize = 253;

/// Who sent a message (`struct ucred`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ucred {
    /// The process.
    pub pid: Pid,
    /// Its user.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
}

/// Control data on its way.
#[derive(Clone, Default)]
pub struct Ancillary {
    /// Descriptors that are passed.
    pub fds: Option<Arc<Passed>>,
    /// Who sent it.
    pub sender: Option<Ucred>,
}

/// Descriptors on their way, counted.
pub struct Passed {
    entries: Vec<FdEntry>,
    count: Arc<InFlight>,
}

/// How many descriptors are on their way in a kernel.
#[derive(Default)]
pub(super) struct InFlight(AtomicUsize);

/// Most descriptors on their way at a time, in all: what is passed in a circle is never received.
const MAX_IN_FLIGHT: usize = 16384;

impl Passed {
    /// Puts descriptors on their way.
    ///
    /// # Errors
    /// EINVAL for more than [`MAX_FDS`]; ETOOMANYREFS is ENOBUFS here, which WASI can tell.
    pub(super) fn new(entries: Vec<FdEntry>, count: &Arc<InFlight>) -> SysResult<Arc<Passed>> {
        if entries.len() > MAX_FDS {
            return fail(Errno::EINVAL, "more descriptors than one message may pass");
        }
        let before = count.0.fetch_add(entries.len(), Ordering::Relaxed);
        let passed = Arc::new(Passed { entries, count: count.clone() });
        if before.saturating_add(passed.entries.len()) > MAX_IN_FLIGHT {
            return fail(Errno::ENOBUFS, "too many descriptors are on their way");
        }
        Ok(passed)
    }

    /// The descriptors, as they were sent.
    #[must_use]
    pub fn entries(&self) -> &[FdEntry] {
        &self.entries
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        self.count.0.fetch_sub(self.entries.len(), Ordering::Relaxed);
    }
}
