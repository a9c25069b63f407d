//! The kernel as a whole: boot, the process table, and the services everything hangs on.

use std::sync::{Arc, OnceLock};

use gopherix_abi::{Errno, Pid, Signal, Tid};

use crate::error::{SysError, SysResult};
use crate::net::Net;
use crate::platform::{Platform, Programs};
use crate::sched::{Timers, Turns};
use crate::task::{Cx, MOs, Places, Process, ProcessSpec, ProcessTree};
use crate::trace::{TraceMask, TraceSink};
use crate::vfs::{MountTable, walk};

/// One Unix.
pub struct Kernel {
    platform: Arc<dyn Platform>,
    mounts: MountTable,
    turns: Turns,
    timers: Arc<Timers>,
    net: Arc<Net>,
    tree: Arc<ProcessTree>,
    programs: OnceLock<Arc<dyn Programs>>,
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
            tree: Arc::default(),
            programs: OnceLock::new(),
            booted_ns,
            trace,
        })
    }

    /// What it runs on.
    #[must_use]
    pub fn platform(&self) -> &Arc<dyn Platform> {
        &self.platform
    }

    /// Tells what starts programs. Only the first call counts.
    pub fn set_programs(&self, programs: Arc<dyn Programs>) {
        let _ = self.programs.set(programs);
    }

    /// What starts programs.
    pub(crate) fn programs(&self) -> SysResult<&Arc<dyn Programs>> {
        self.programs.get().ok_or(SysError::new(Errno::ENOSYS, "this home starts no programs"))
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

    /// Makes a process that has not run yet: no descriptors, working directory as in `spec`. It is in the group and session of
    /// its parent; without one (0) it leads its own, and whoever descends from it ends with it.
    ///
    /// # Errors
    /// What the walk to the working directory answers; ENOTDIR; ESRCH without that parent; EAGAIN at the parent's limit of
    /// processes.
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
        self.create_process_at(parent, spec, Places { root, cwd })
    }

    /// [`Kernel::create_process`] with places that were looked up already.
    pub(crate) fn create_process_at(&self, parent: Pid, spec: ProcessSpec, places: Places) -> SysResult<Arc<Process>> {
        let (limit, now) = (spec.limits.processes, self.platform.monotonic_ns());
        self.tree.admit(parent, limit, |birth| Process::new(birth, spec, places, now))
    }

    /// The context of a process' first thread.
    #[must_use]
    pub fn create_thread(self: &Arc<Self>, process: &Arc<Process>) -> Cx {
        let m = MOs::new(Tid(process.pid.0), process.signals.first_mask());
        Cx::new(self.clone(), process.clone(), m)
    }

    /// The process of that id, also as a zombie.
    #[must_use]
    pub fn process(&self, pid: Pid) -> Option<Arc<Process>> {
        self.tree.find(pid)
    }

    /// All processes, by id, zombies among them.
    #[must_use]
    pub fn processes(&self) -> Vec<Arc<Process>> {
        self.tree.all()
    }

    /// The processes of a group that have not ended.
    #[must_use]
    pub fn group(&self, pgid: Pid) -> Vec<Arc<Process>> {
        self.tree.group(pgid)
    }

    /// Sends a signal to every process of a group; how many there are.
    pub fn signal_group(&self, pgid: Pid, signal: Signal) -> usize {
        let members = self.group(pgid);
        for process in &members {
            let _ = process.kill(signal);
        }
        members.len()
    }

    /// Whether a group is orphaned: nobody could continue its members, once stopped, so a terminal does not stop them
    /// (setpgid(2)).
    #[must_use]
    pub fn is_orphaned_group(&self, pgid: Pid) -> bool {
        self.tree.is_orphaned_group(pgid)
    }

    /// The foreground group as whoever started `process` sees it: that of the controlling terminal of the process' session, or
    /// the process' own where there is none.
    #[must_use]
    pub fn foreground_group(&self, process: &Process) -> Pid {
        let terminal = process.session().terminal();
        terminal.and_then(|terminal| terminal.foreground()).unwrap_or_else(|| process.pgid())
    }

    pub(crate) fn tree(&self) -> &Arc<ProcessTree> {
        &self.tree
    }
}
