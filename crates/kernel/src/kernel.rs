//! The kernel as a whole: boot, the process table, and the services everything hangs on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use gopherix_abi::{Pid, Tid};

use crate::error::SysResult;
use crate::net::Net;
use crate::platform::Platform;
use crate::sched::{Timers, Turns};
use crate::sync::Lock;
use crate::task::{Cx, MOs, Process, ProcessSpec};
use crate::trace::{TraceMask, TraceSink};
use crate::vfs::{MountTable, walk};

/// One Unix.
pub struct Kernel {
    platform: Arc<dyn Platform>,
    mounts: MountTable,
    turns: Turns,
    timers: Arc<Timers>,
    net: Arc<Net>,
    processes: Lock<BTreeMap<Pid, Weak<Process>>>,
    next_pid: AtomicU32,
    booted_ns: u64,
    trace: Option<Arc<dyn TraceSink>>,
}

impl Kernel {
    /// Boots a kernel on a platform, with what is mounted so far.
    #[must_use]
    pub fn boot(platform: Arc<dyn Platform>, mounts: MountTable, trace: Option<Arc<dyn TraceSink>>) -> Arc<Kernel> {
        let booted_ns = platform.monotonic_ns();
        Arc::new(Kernel {
            turns: Turns::new(platform.clone()),
            timers: Arc::new(Timers::new(platform.clone())),
            net: Net::new(),
            platform,
            mounts,
            processes: Lock::default(),
            next_pid: AtomicU32::new(1),
            booted_ns,
            trace,
        })
    }

    /// What it runs on.
    #[must_use]
    pub fn platform(&self) -> &Arc<dyn Platform> {
        &self.platform
    }

    /// What is mounted.
    #[must_use]
    pub fn mounts(&self) -> &MountTable {
        &self.mounts
    }

    /// Turns on a processor.
    #[must_use]
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// The timer heap.
    #[must_use]
    pub fn timers(&self) -> &Arc<Timers> {
        &self.timers
    }

    /// The network.
    #[must_use]
    pub fn net(&self) -> &Arc<Net> {
        &self.net
    }

    /// To be called by the platform when the alarm it was asked for is due.
    pub fn fire_timers(&self) {
        self.timers.fire();
    }

    /// Monotonic time of the boot in ns.
    #[must_use]
    pub fn booted_ns(&self) -> u64 {
        self.booted_ns
    }

    /// Where trace events go.
    #[must_use]
    pub fn trace(&self) -> Option<&Arc<dyn TraceSink>> {
        self.trace.as_ref()
    }

    pub(crate) fn trace_mask(&self) -> TraceMask {
        self.trace.as_deref().map(TraceMask::of).unwrap_or_default()
    }

    /// Makes a process that has not run yet: no descriptors, working directory as in `spec`.
    ///
    /// # Errors
    /// What the walk to the working directory answers; ENOTDIR.
    pub fn create_process(self: &Arc<Self>, parent: Pid, spec: ProcessSpec) -> SysResult<Arc<Process>> {
        let root = self.mounts.root().clone();
        let cwd = match spec.cwd.as_slice() {
            b"" => root.clone(),
            path => {
                let start = walk::Start { root: &root, base: &root, beneath: false, caller: parent };
                let (place, _) = walk::walk(start, path, walk::Tail::Follow)?.existing()?;
                walk::directory(&place)?;
                place
            }
        };
        let pid = Pid(self.next_pid.fetch_add(1, Ordering::Relaxed));
        let process = Arc::new(Process::new(pid, parent, spec, root, self.platform.monotonic_ns()));
        *process.cwd.lock() = cwd;
        self.processes.lock().insert(pid, Arc::downgrade(&process));
        Ok(process)
    }

    /// The context of a process' first thread.
    #[must_use]
    pub fn create_thread(self: &Arc<Self>, process: &Arc<Process>) -> Cx {
        let m = MOs::new(Tid(process.pid.0));
        Cx::new(self.clone(), process.clone(), m)
    }

    /// The process of that id, while it lives.
    #[must_use]
    pub fn process(&self, pid: Pid) -> Option<Arc<Process>> {
        self.processes.lock().get(&pid).and_then(Weak::upgrade)
    }

    /// All living processes, by id.
    #[must_use]
    pub fn processes(&self) -> Vec<Arc<Process>> {
        self.processes.lock().values().filter_map(Weak::upgrade).collect()
    }

    /// Takes an ended process out of the table. Its handles go on answering for it.
    pub(crate) fn forget(&self, pid: Pid) {
        self.processes.lock().remove(&pid);
    }
}
