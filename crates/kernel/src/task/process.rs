//! Processes: what they own, and how they end.
//!
//! Life: made by [`Kernel::create_process`](crate::Kernel::create_process) → `osinit` → its threads run → the first of
//! `exit`, a fatal signal, a trap, a limit or the last thread's end decides the [`ExitStatus`] → the cleanups run in reverse
//! order, on every kind of end → it leaves the [tree](super::tree), or is a zombie there until its parent has waited for it.
//! Its handles go on answering for it.
//!
//! Lock order: `life` → `fds`; cleanups run without any lock held.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use gopherix_abi::{Errno, Mode, Pid, Signal, Tid};

use super::credentials::Credentials;
use super::executable::Executable;
use super::fdtable::FdTable;
use super::limits::{Limits, Usage};
use super::session::Session;
use super::tree::{Birth, ChildEvent, Lineage, ProcessTree};
use crate::error::{SysResult, fail};
use crate::file::{WaitQueue, wait_any};
use crate::ipc::futex::Futexes;
use crate::platform::{GuestSample, SampleSource};
use crate::signal::{Inherited, Itimers, Signals};
use crate::sync::Lock;
use crate::vfs::Location;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// It called exit with that code.
    Exited(u32),
    /// A signal ended it.
    Signaled(Signal),
    /// Its wall time was up.
    TimedOut,
}

impl ExitStatus {
    /// The exit code a shell would show: the guest's own (its low 8 bits), 128 + signal, or 124 as timeout(1).
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            ExitStatus::Exited(code) => u8::try_from(code & 0xff).unwrap_or(0xff),
            ExitStatus::Signaled(signal) => signal.number().saturating_add(128),
            ExitStatus::TimedOut => 124,
        }
    }
}

/// The bits of a umask.
const UMASK_BITS: Mode = Mode(0o777);

/// A program of the host that runs as a process of the kernel: signals are its own matter.
pub trait Foreign: Send + Sync {
    /// Sends it a signal, if it has not ended.
    fn kill(&self, signal: Signal);
}

/// Something to do when a process ends, whatever ended it.
pub type Cleanup = Box<dyn FnOnce(&Process) + Send>;

/// What a new process is made of.
#[derive(Clone, Debug)]
pub struct ProcessSpec {
    /// Arguments, the program's name first.
    pub args: Vec<Vec<u8>>,
    /// Environment, `NAME=value` each.
    pub env: Vec<Vec<u8>>,
    /// Working directory; `/` if empty.
    pub cwd: Vec<u8>,
    /// Limits.
    pub limits: Limits,
    /// Size of the module it runs, in bytes.
    pub module_bytes: u64,
    /// Whose it is.
    pub credentials: Credentials,
    /// Permission bits that its new files do not get.
    pub umask: Mode,
    /// Signals it ignores and blocks from the start.
    pub signals: Inherited,
    /// The program it runs.
    pub exe: Option<Executable>,
}

impl Default for ProcessSpec {
    /// Nothing given: root, with the usual umask, in `/`.
    fn default() -> Self {
        ProcessSpec {
            args: Vec::new(),
            env: Vec::new(),
            cwd: Vec::new(),
            limits: Limits::default(),
            module_bytes: 0,
            credentials: Credentials::default(),
            umask: Mode(0o022),
            signals: Inherited::default(),
            exe: None,
        }
    }
}

/// A process.
pub struct Process {
    /// Its id.
    pub pid: Pid,
    /// Its parent's id; 0 if an embedder started it. The tree changes it.
    pub parent: AtomicU32,
    pgid: AtomicU32,
    session: Lock<Arc<Session>>,
    pub(super) lineage: Arc<Lineage>,
    tree: Weak<ProcessTree>,
    /// Something has become of a child.
    pub(crate) children_changed: WaitQueue,
    /// Arguments, the program's name first.
    pub args: Vec<Vec<u8>>,
    /// Environment, `NAME=value` each.
    pub env: Vec<Vec<u8>>,
    /// Descriptors.
    pub fds: Lock<FdTable>,
    /// The directory absolute paths start at.
    pub root: Arc<Location>,
    /// The working directory.
    pub cwd: Lock<Arc<Location>>,
    /// Size of the module it runs, in bytes.
    pub module_bytes: u64,
    /// The program it runs.
    pub exe: Option<Executable>,
    /// What it may use.
    pub limits: Limits,
    /// Whose it is.
    pub credentials: Credentials,
    /// What it has used.
    pub usage: Usage,
    /// Monotonic time of its start in ns.
    pub started_ns: u64,
    /// Threads by id, with what others may know of them.
    pub threads: Lock<BTreeMap<Tid, Arc<super::context::ThreadInfo>>>,
    pub(crate) signals: Signals,
    pub(crate) itimers: Itimers,
    umask: AtomicU16,
    /// Its threads that wait for words of its memory.
    pub(crate) futexes: Futexes,
    /// Samples a second of its processor time; 0 while nobody samples it.
    pub(crate) cpu_profiler_hz: AtomicU32,
    samples: Lock<Option<Arc<dyn SampleSource>>>,
    /// A sample that was taken out, and had no room in its process' buffer.
    pub(crate) next_sample: Lock<Option<GuestSample>>,
    foreign: OnceLock<Arc<dyn Foreign>>,
    life: Lock<Life>,
    /// Set once its end is decided; running threads look at it at every tick and slow call.
    ending: AtomicBool,
    pub(super) ended: WaitQueue,
    cleanups: Lock<Vec<Cleanup>>,
}

#[derive(Default)]
struct Life {
    decided: Option<ExitStatus>,
    /// A message for whoever reads of the end, such as a trap's.
    note: Option<String>,
    over: bool,
}

/// Where a new process is.
pub(crate) struct Places {
    pub(crate) root: Arc<Location>,
    pub(crate) cwd: Arc<Location>,
}

impl Process {
    /// A process that has not run yet. The kernel makes them ([`Kernel::create_process`](crate::Kernel::create_process)).
    pub(crate) fn new(birth: Birth, spec: ProcessSpec, places: Places, started_ns: u64) -> Process {
        let Places { root, cwd } = places;
        Process {
            pid: birth.pid,
            parent: AtomicU32::new(birth.parent.0),
            pgid: AtomicU32::new(birth.pgid.0),
            session: Lock::new(birth.session),
            lineage: birth.lineage,
            tree: birth.tree,
            children_changed: WaitQueue::new(),
            args: spec.args,
            env: spec.env,
            fds: Lock::new(FdTable::new(spec.limits.open_files)),
            cwd: Lock::new(cwd),
            root,
            module_bytes: spec.module_bytes,
            exe: spec.exe,
            limits: spec.limits,
            credentials: spec.credentials,
            usage: Usage::default(),
            started_ns,
            threads: Lock::default(),
            signals: Signals::new(spec.signals),
            itimers: Itimers::default(),
            umask: AtomicU16::new(spec.umask.within(UMASK_BITS).0),
            futexes: Futexes::default(),
            cpu_profiler_hz: AtomicU32::new(0),
            samples: Lock::default(),
            next_sample: Lock::default(),
            foreign: OnceLock::new(),
            life: Lock::default(),
            ending: AtomicBool::new(false),
            ended: WaitQueue::new(),
            cleanups: Lock::default(),
        }
    }

    /// The program's name: the last component of its first argument.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        let first = self.args.first().map(Vec::as_slice).unwrap_or_default();
        first.rsplit(|b| *b == b'/').next().unwrap_or_default()
    }

    /// The path of its program: where it was found, or its link in `/proc` if an embedder has handed it in.
    ///
    /// # Errors
    /// ENOENT if nobody knows.
    pub fn exe_path(&self) -> SysResult<Vec<u8>> {
        match &self.exe {
            Some(Executable::Placed(place)) => Ok(place.path()),
            Some(Executable::Image(_)) => Ok(format!("/proc/{}/exe", self.pid).into_bytes()),
            None => fail(Errno::ENOENT, "nobody knows the program's file"),
        }
    }

    /// Where it gets samples of itself from, if its home samples it for itself.
    #[must_use]
    pub fn sample_source(&self) -> Option<Arc<dyn SampleSource>> {
        self.samples.lock().clone()
    }

    /// Gives it somewhere to get samples of itself from.
    pub fn set_sample_source(&self, source: Arc<dyn SampleSource>) {
        *self.samples.lock() = Some(source);
    }

    /// Value of an environment variable (`mOS` answers it to the runtime).
    #[must_use]
    pub fn env_var(&self, name: &[u8]) -> Option<&[u8]> {
        self.env.iter().find_map(|entry| entry.strip_prefix(name)?.strip_prefix(b"="))
    }

    /// Registers something to do at the end; the last registered runs first.
    pub fn at_exit(&self, cleanup: Cleanup) {
        self.cleanups.lock().push(cleanup);
    }

    /// Decides how the process ends, unless that is decided already, and makes its threads notice.
    pub fn end(&self, status: ExitStatus, note: Option<String>) {
        {
            let mut life = self.life.lock();
            if life.decided.is_some() {
                return;
            }
            life.decided = Some(status);
            life.note = note;
        }
        self.ending.store(true, Ordering::Release);
        self.signals.wake_all();
        if let Some(foreign) = self.foreign.get() {
            foreign.kill(Signal::SIGKILL);
        }
    }

    /// Whether every thread of it waits in a system call.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        let threads = self.threads.lock();
        !threads.is_empty() && threads.values().all(|thread| thread.state() == super::GState::Waiting)
    }

    /// Puts another status and message in the place of those that were decided, before it is over: what the program's own
    /// runtime, or whoever watches it, makes of that end.
    pub fn revise(&self, status: ExitStatus, note: String) {
        let mut life = self.life.lock();
        if !life.over && life.decided.is_some() {
            life.decided = Some(status);
            life.note = Some(note);
        }
    }

    /// How it is going to end, once that is decided.
    #[must_use]
    pub fn decided(&self) -> Option<ExitStatus> {
        self.life.lock().decided
    }

    /// Whether its end is decided. Threads stop at the next tick or slow call.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    /// The permission bits that new files do not get (umask(2)).
    #[must_use]
    pub fn umask(&self) -> Mode {
        Mode(self.umask.load(Ordering::Relaxed))
    }

    /// Sets the umask, and returns the old one. Bits other than permissions are left out.
    pub fn set_umask(&self, mask: Mode) -> Mode {
        Mode(self.umask.swap(mask.within(UMASK_BITS).0, Ordering::Relaxed))
    }

    /// Its parent's id; 0 if an embedder started it.
    #[must_use]
    pub fn parent(&self) -> Pid {
        Pid(self.parent.load(Ordering::Relaxed))
    }

    pub(super) fn set_parent(&self, parent: Pid) {
        self.parent.store(parent.0, Ordering::Relaxed);
    }

    /// Its process group.
    #[must_use]
    pub fn pgid(&self) -> Pid {
        Pid(self.pgid.load(Ordering::Relaxed))
    }

    pub(super) fn set_pgid(&self, pgid: Pid) {
        self.pgid.store(pgid.0, Ordering::Relaxed);
    }

    /// Its session.
    #[must_use]
    pub fn session(&self) -> Arc<Session> {
        self.session.lock().clone()
    }

    pub(super) fn set_session(&self, session: Arc<Session>) {
        let old = std::mem::replace(&mut *self.session.lock(), session);
        drop(old);
    }

    /// The process that an embedder started and that this descends from, or is.
    #[must_use]
    pub fn init(&self) -> Pid {
        self.lineage.init
    }

    /// Whether nobody could continue it, once it is stopped (setpgid(2)).
    pub(crate) fn is_of_orphaned_group(&self) -> bool {
        self.tree.upgrade().is_some_and(|tree| tree.is_orphaned_group(self.pgid()))
    }

    /// Its parent hears that it stands still or goes on.
    pub(crate) fn tell_parent(&self, event: ChildEvent) {
        if let Some(tree) = self.tree.upgrade() {
            tree.child_event(self, event);
        }
    }

    /// Makes known that it is a program of the host. Only the first call counts.
    pub fn set_foreign(&self, foreign: Arc<dyn Foreign>) {
        let _ = self.foreign.set(foreign);
    }

    pub(crate) fn foreign(&self) -> Option<&Arc<dyn Foreign>> {
        self.foreign.get()
    }

    /// Undoes its making, if it could not be started: nobody ever hears of it.
    pub fn abandon(&self) {
        self.end(ExitStatus::Exited(0), None);
        self.clean_up();
        if let Some(tree) = self.tree.upgrade() {
            tree.abandon(self);
        }
        drop(self.fds.lock().drain());
        self.over();
    }

    /// Called by the home when the last thread is gone: runs the cleanups, last registered first, and makes the process a
    /// zombie. Without a decided end it exited with code 0.
    pub fn finish(&self) {
        self.end(ExitStatus::Exited(0), None);
        self.clean_up();
        match self.tree.upgrade() {
            Some(tree) => tree.retire(self, || self.life.lock().over = true),
            None => self.life.lock().over = true,
        }
        self.ended.wake_all();
    }

    fn over(&self) {
        self.life.lock().over = true;
        self.ended.wake_all();
    }

    fn clean_up(&self) {
        self.itimers.stop();
        loop {
            let next = self.cleanups.lock().pop();
            match next {
                Some(cleanup) => cleanup(self),
                None => break,
            }
        }
    }

    /// The status, once it has ended and its cleanups have run.
    #[must_use]
    pub fn status(&self) -> Option<ExitStatus> {
        let life = self.life.lock();
        if life.over { life.decided } else { None }
    }

    /// What was noted at its end, such as a trap's message.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        self.life.lock().note.clone()
    }

    /// Waits for its end, and if an embedder started it, for the end of all that descends from it.
    pub async fn wait(&self) -> ExitStatus {
        let status = loop {
            if let Some(status) = wait_any(vec![self.ended.wait()], || self.status()).await {
                break status;
            }
        };
        if self.lineage.init == self.pid {
            let is_empty = || self.lineage.is_empty().then_some(());
            while wait_any(vec![self.lineage.emptied.wait()], is_empty).await.is_none() {}
        }
        status
    }
}
