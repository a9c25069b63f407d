//! Control data of unix sockets: passed descriptors and credentials (unix(7), "Ancillary messages").
//!
//! A descriptor in a queue keeps what it stands for open, which may be a socket with a queue. Linux finds circles of them by a
//! garbage collector; here none can come to be, since a message that would close one is refused ([`InFlight::check`]). Closing a
//! long chain is a loop, not a recursion ([`Passed`]'s drop).
//!
//! Lock order: `linking` is outermost of the network's locks; the graveyard's is innermost.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard};

use gopherix_abi::{Errno, Pid};

use crate::error::{SysResult, fail};
use crate::file::OpenFile;
use crate::sync::Lock;
use crate::task::FdEntry;

/// Most descriptors in one message (SCM_MAX_FD of Linux).
pub const MAX_FDS: usize = 253;
/// Most descriptors on their way at a time, in all.
const MAX_IN_FLIGHT: usize = 16384;

/// Who sent a message or made a socket (`struct ucred`).
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
}

/// Descriptors on their way.
pub struct Passed {
    entries: Vec<FdEntry>,
    all: Arc<InFlight>,
}

/// What a socket's queues are, by their addresses, and the descriptors that wait in them.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) queues: Vec<usize>,
    pub(super) passed: Vec<Arc<Passed>>,
}

/// The descriptors on their way in a kernel.
#[derive(Default)]
pub(super) struct InFlight {
    count: AtomicUsize,
    linking: Lock<()>,
    graveyard: Lock<Graveyard>,
}

#[derive(Default)]
struct Graveyard {
    entries: Vec<FdEntry>,
    /// Somebody is closing what is there.
    busy: bool,
}

impl InFlight {
    /// Nobody else passes descriptors while this is held, so that what [`InFlight::check`] found stays so.
    pub(super) fn link(&self) -> MutexGuard<'_, ()> {
        self.linking.lock()
    }

    /// Checks that from none of the descriptors one comes to the queue they are sent to.
    ///
    /// # Errors
    /// ENOBUFS (Linux says ETOOMANYREFS to what it does not like of this kind, which WASI has not).
    pub(super) fn check(passed: &Passed, queue: usize) -> SysResult<()> {
        let mut todo: Vec<Arc<OpenFile>> = passed.entries.iter().map(|entry| entry.file.clone()).collect();
        let mut seen = BTreeSet::new();
        while let Some(file) = todo.pop() {
            let Some(socket) = file.file().as_socket() else { continue };
            if !seen.insert(Arc::as_ptr(&file).addr()) {
                continue;
            }
            let contents = socket.contents();
            if contents.queues.contains(&queue) {
                return fail(Errno::ENOBUFS, "a socket would be passed to itself");
            }
            todo.extend(contents.passed.iter().flat_map(|p| p.entries.iter().map(|entry| entry.file.clone())));
        }
        Ok(())
    }

    fn bury(&self, entries: Vec<FdEntry>) {
        self.count.fetch_sub(entries.len(), Ordering::Relaxed);
        let mut graveyard = self.graveyard.lock();
        graveyard.entries.extend(entries);
        if std::mem::replace(&mut graveyard.busy, true) {
            return;
        }
        while let Some(entry) = graveyard.entries.pop() {
            drop(graveyard);
            drop(entry);
            graveyard = self.graveyard.lock();
        }
        graveyard.busy = false;
    }
}

impl Passed {
    /// Puts descriptors on their way.
    ///
    /// # Errors
    /// EINVAL for more than [`MAX_FDS`]; ENOBUFS for too many in all.
    pub(super) fn new(entries: Vec<FdEntry>, all: &Arc<InFlight>) -> SysResult<Arc<Passed>> {
        if entries.len() > MAX_FDS {
            return fail(Errno::EINVAL, "more descriptors than one message may pass");
        }
        let before = all.count.fetch_add(entries.len(), Ordering::Relaxed);
        let passed = Arc::new(Passed { entries, all: all.clone() });
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
        self.all.bury(std::mem::take(&mut self.entries));
    }
}
