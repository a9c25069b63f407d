//! The tree of processes: ids, parents and children, groups, sessions, zombies.
//!
//! Whoever an embedder starts has no parent here and is the *init* of what descends from it: orphans become its children, which
//! it never hears of and which nobody has to wait for; when it ends, they are all killed. A process that has ended is a zombie
//! until its parent waits for it, or nobody will.
//!
//! Lock order: the tree's lock is the outermost. No process is dropped, and nothing is signalled or woken, with it held.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use gopherix_abi::{Errno, Pid, Signal};

use super::session::{Session, Terminal};
use super::{ExitStatus, Process};
use crate::error::{SysError, SysResult, fail};
use crate::file::WaitQueue;
use crate::sync::Lock;

const ESRCH: SysError = SysError::new(Errno::ESRCH, "there is no such process");
/// One more than the largest process id (Linux's `pid_max` on 64-bit machines).
const PID_MAX: u32 = 1 << 22;

/// What a parent is told of a child that goes on living.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChildEvent {
    Stopped(Signal),
    Continued,
}

/// An init and what descends from it.
pub(crate) struct Lineage {
    pub(crate) init: Pid,
    /// How many there are, zombies too.
    members: AtomicUsize,
    living: AtomicUsize,
    /// The init is ending: nobody is born any more.
    closed: AtomicBool,
    pub(crate) emptied: WaitQueue,
}

impl Lineage {
    /// Whether nobody of it is left but zombies.
    pub(crate) fn is_empty(&self) -> bool {
        self.living.load(Ordering::Acquire) == 0
    }
}

/// Which children are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Any.
    Any,
    /// This one.
    Child(Pid),
    /// Those of a group.
    Group(Pid),
}

/// What has become of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildState {
    /// It has ended.
    Ended(ExitStatus),
    /// A signal has stopped it.
    Stopped(Signal),
    /// It goes on.
    Continued,
}

impl ChildState {
    /// The status word of wait(2).
    #[must_use]
    pub fn word(self) -> u32 {
        match self {
            ChildState::Ended(ExitStatus::Exited(code)) => (code & 0xff) << 8,
            ChildState::Ended(ExitStatus::Signaled(signal)) => signal.number().into(),
            // What timeout(1) would have had to send.
            ChildState::Ended(ExitStatus::TimedOut) => Signal::SIGKILL.number().into(),
            ChildState::Stopped(signal) => 0x7f | (u32::from(signal.number()) << 8),
            ChildState::Continued => 0xffff,
        }
    }
}

/// What may be told of children besides their ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Also {
    /// WUNTRACED.
    pub stopped: bool,
    /// WCONTINUED.
    pub continued: bool,
}

/// What a new process gets from the tree.
pub(crate) struct Birth {
    pub(crate) pid: Pid,
    pub(crate) parent: Pid,
    pub(crate) pgid: Pid,
    pub(crate) session: Arc<Session>,
    pub(crate) lineage: Arc<Lineage>,
    pub(crate) tree: Weak<ProcessTree>,
}

/// Who is who in a kernel.
#[derive(Default)]
pub(crate) struct ProcessTree {
    table: Lock<Table>,
}

#[derive(Default)]
struct Table {
    entries: BTreeMap<Pid, Entry>,
    last: u32,
    /// Ids have been used up once, so that those in use must be skipped.
    wrapped: bool,
}

struct Entry {
    process: Weak<Process>,
    /// The process, once it has ended and waits to be waited for.
    zombie: Option<Arc<Process>>,
    children: BTreeSet<Pid>,
    /// Its parent has got it from another, and hears nothing of it.
    adopted: bool,
    /// What its parent has not been told yet.
    event: Option<ChildEvent>,
}

/// Who must be told, once the lock is given back.
#[derive(Default)]
struct Told {
    signals: Vec<(Arc<Process>, Signal)>,
    disowned: Vec<(Arc<Session>, Arc<dyn Terminal>)>,
    /// Dropped with this, when the lock is not held.
    gone: Vec<Arc<Process>>,
}

impl Told {
    fn hang_up(&mut self, members: Vec<Arc<Process>>) {
        for process in members {
            self.signals.push((process.clone(), Signal::SIGHUP));
            self.signals.push((process, Signal::SIGCONT));
        }
    }

    fn tell(self) {
        for (session, terminal) in &self.disowned {
            terminal.disown();
            session.set_terminal(None);
        }
        for (process, signal) in &self.signals {
            let _ = process.kill(*signal);
        }
    }
}

impl ProcessTree {
    /// A process is born. `limit`: how many its lineage may have.
    ///
    /// # Errors
    /// ESRCH if the parent is not there any more; EAGAIN at the limit.
    pub(crate) fn admit(
        self: &Arc<Self>,
        parent: Pid,
        limit: Option<u32>,
        make: impl FnOnce(Birth) -> Process,
    ) -> SysResult<Arc<Process>> {
        let mut table = self.table.lock();
        let mother = match parent {
            Pid(0) => None,
            parent => Some(table.live(parent).ok_or(ESRCH)?),
        };
        let birth = |pid: Pid| match &mother {
            None => {
                let lineage = Lineage {
                    init: pid,
                    members: AtomicUsize::new(0),
                    living: AtomicUsize::new(0),
                    closed: AtomicBool::new(false),
                    emptied: WaitQueue::new(),
                };
                let (session, lineage) = (Session::new(pid), Arc::new(lineage));
                Birth { pid, parent, pgid: pid, session, lineage, tree: Arc::downgrade(self) }
            }
            Some(mother) => Birth {
                pid,
                parent,
                pgid: mother.pgid(),
                session: mother.session(),
                lineage: mother.lineage.clone(),
                tree: Arc::downgrade(self),
            },
        };
        if let Some(mother) = &mother {
            let members = mother.lineage.members.load(Ordering::Relaxed);
            if mother.lineage.closed.load(Ordering::Relaxed) || mother.is_ending() {
                return fail(Errno::EAGAIN, "the process is ending");
            }
            if limit.is_some_and(|limit| u32::try_from(members).unwrap_or(u32::MAX) >= limit) {
                return fail(Errno::EAGAIN, "there are as many processes as may be");
            }
        }
        let pid = table.next_pid()?;
        let process = Arc::new(make(birth(pid)));
        process.lineage.members.fetch_add(1, Ordering::Relaxed);
        process.lineage.living.fetch_add(1, Ordering::Relaxed);
        let entry = Entry {
            process: Arc::downgrade(&process),
            zombie: None,
            children: BTreeSet::new(),
            adopted: false,
            event: None,
        };
        table.entries.insert(pid, entry);
        if let Some(entry) = table.entries.get_mut(&parent) {
            entry.children.insert(pid);
        }
        drop(table);
        drop(mother);
        Ok(process)
    }

    /// A process has ended, and its cleanups have run. `over` makes that known. Its children get another parent; whoever is to
    /// be told is told.
    pub(crate) fn retire(&self, process: &Process, over: impl FnOnce()) {
        let mut told = Told::default();
        let parent = {
            let mut table = self.table.lock();
            let at_risk = table.groups_at_risk(process);
            table.leave_children(process, &mut told);
            over();
            table.hang_up_orphans(&at_risk, &mut told);
            table.hang_up_session(process, &mut told);
            // An orphan's parent never hears of it.
            let is_orphan = table.entries.get(&process.pid).is_some_and(|entry| entry.adopted);
            let parent = table.live(process.parent()).filter(|_| !is_orphan);
            let waited_for = parent.as_ref().is_some_and(|parent| !parent.ignores(Signal::SIGCHLD));
            table.bury(process, waited_for, &mut told);
            parent
        };
        process.lineage.left();
        told.tell();
        if let Some(parent) = parent {
            parent.children_changed.wake_all();
            let _ = parent.kill(Signal::SIGCHLD);
        }
    }

    /// A process that never ran is as if it had never been.
    pub(crate) fn abandon(&self, process: &Process) {
        let mut told = Told::default();
        self.table.lock().bury(process, false, &mut told);
        process.lineage.left();
        drop(told);
    }

    /// A child stands still or goes on.
    pub(crate) fn child_event(&self, process: &Process, event: ChildEvent) {
        let parent = {
            let mut table = self.table.lock();
            let Some(entry) = table.entries.get_mut(&process.pid).filter(|entry| !entry.adopted) else { return };
            entry.event = Some(event);
            table.live(process.parent())
        };
        if let Some(parent) = parent {
            parent.children_changed.wake_all();
            let _ = parent.kill(Signal::SIGCHLD);
        }
    }

    /// What there is to tell a parent of one of its children, the lowest id first. One that has ended is gone with it.
    ///
    /// # Errors
    /// ECHILD if there is no such child.
    pub(crate) fn wait(&self, parent: Pid, which: Which, also: Also) -> SysResult<Option<(Arc<Process>, ChildState)>> {
        let mut table = self.table.lock();
        let mut any = false;
        for pid in table.children_of(parent) {
            let Some(entry) = table.entries.get_mut(&pid).filter(|entry| !entry.adopted) else { continue };
            let Some(child) = entry.zombie.clone().or_else(|| entry.process.upgrade()) else { continue };
            let wanted = match which {
                Which::Any => true,
                Which::Child(pid) => child.pid == pid,
                Which::Group(pgid) => child.pgid() == pgid,
            };
            if !wanted {
                continue;
            }
            any = true;
            let state = match (&entry.zombie, entry.event) {
                (Some(zombie), _) => ChildState::Ended(zombie.status().unwrap_or(ExitStatus::Exited(0))),
                (None, Some(ChildEvent::Stopped(signal))) if also.stopped => ChildState::Stopped(signal),
                (None, Some(ChildEvent::Continued)) if also.continued => ChildState::Continued,
                _ => continue,
            };
            entry.event = None;
            if let ChildState::Ended(_) = state {
                table.remove(pid);
            }
            return Ok(Some((child, state)));
        }
        if any { Ok(None) } else { fail(Errno::ECHILD, "there is no such child") }
    }

    /// The process of that id, also as a zombie.
    pub(crate) fn find(&self, pid: Pid) -> Option<Arc<Process>> {
        self.table.lock().find(pid)
    }

    /// All processes by id, zombies too.
    pub(crate) fn all(&self) -> Vec<Arc<Process>> {
        self.table.lock().members(|_| true)
    }

    /// Those of a group that have not ended.
    pub(crate) fn group(&self, pgid: Pid) -> Vec<Arc<Process>> {
        self.table.lock().living(|process| process.pgid() == pgid)
    }

    /// All of a group, zombies too: as kill(2) counts them.
    pub(crate) fn group_with_zombies(&self, pgid: Pid) -> Vec<Arc<Process>> {
        self.table.lock().members(|process| process.pgid() == pgid)
    }

    /// Whether there is nobody who could continue a group's members, once stopped.
    pub(crate) fn is_orphaned_group(&self, pgid: Pid) -> bool {
        self.table.lock().is_orphaned(pgid)
    }

    /// setpgid(2): a process goes into a group of its session, or founds one.
    ///
    /// # Errors
    /// ESRCH if `pid` is neither the caller nor a child of it; EACCES for a child, which runs its program already; EPERM for a
    /// session's leader, a process of another session, and a group that is not of the session.
    pub(crate) fn set_group(&self, caller: &Process, pid: Pid, pgid: Pid) -> SysResult<()> {
        let table = self.table.lock();
        let process = table.find(pid).filter(|process| process.pid == caller.pid || process.parent() == caller.pid);
        let process = process.ok_or(ESRCH)?;
        let session = caller.session().sid;
        if process.session().sid != session {
            return fail(Errno::EPERM, "the process is of another session");
        }
        if process.session().sid == process.pid {
            return fail(Errno::EPERM, "a session's leader stays in its group");
        }
        if process.pid != caller.pid {
            return fail(Errno::EACCES, "the child runs its program already");
        }
        let of_session = |other: &Arc<Process>| other.pgid() == pgid && other.session().sid == session;
        if pgid != process.pid && table.members(of_session).is_empty() {
            return fail(Errno::EPERM, "there is no such group in the session");
        }
        process.set_pgid(pgid);
        Ok(())
    }

    /// setsid(2): the process leads a new session and a new group, without a terminal.
    ///
    /// # Errors
    /// EPERM if a group of its number is there.
    pub(crate) fn set_session(&self, process: &Process) -> SysResult<Pid> {
        let table = self.table.lock();
        if !table.members(|other| other.pgid() == process.pid).is_empty() {
            return fail(Errno::EPERM, "the process leads a group");
        }
        process.set_session(Session::new(process.pid));
        process.set_pgid(process.pid);
        drop(table);
        Ok(process.pid)
    }
}

impl Lineage {
    fn left(&self) {
        self.living.fetch_sub(1, Ordering::AcqRel);
        self.emptied.wake_all();
    }
}

impl Table {
    /// An id that no process, group or session has.
    fn next_pid(&mut self) -> SysResult<Pid> {
        for _ in 0..PID_MAX {
            self.last = self.last.saturating_add(1);
            if self.last >= PID_MAX {
                (self.last, self.wrapped) = (1, true);
            }
            let pid = Pid(self.last);
            let is_used = |other: &Arc<Process>| other.pid == pid || other.pgid() == pid || other.session().sid == pid;
            if !self.wrapped || self.members(is_used).is_empty() {
                return Ok(pid);
            }
        }
        fail(Errno::EAGAIN, "every process id is in use")
    }

    fn find(&self, pid: Pid) -> Option<Arc<Process>> {
        let entry = self.entries.get(&pid)?;
        entry.zombie.clone().or_else(|| entry.process.upgrade())
    }

    /// The process of that id, unless it has ended.
    fn live(&self, pid: Pid) -> Option<Arc<Process>> {
        self.entries.get(&pid).filter(|entry| entry.zombie.is_none())?.process.upgrade()
    }

    fn members(&self, wanted: impl Fn(&Arc<Process>) -> bool) -> Vec<Arc<Process>> {
        self.entries.keys().filter_map(|pid| self.find(*pid)).filter(wanted).collect()
    }

    fn living(&self, wanted: impl Fn(&Arc<Process>) -> bool) -> Vec<Arc<Process>> {
        self.members(|process| process.status().is_none() && wanted(process))
    }

    fn children_of(&self, pid: Pid) -> BTreeSet<Pid> {
        self.entries.get(&pid).map_or_else(BTreeSet::new, |entry| entry.children.clone())
    }

    fn remove(&mut self, pid: Pid) {
        let Some(entry) = self.entries.remove(&pid) else { return };
        let Some(process) = entry.zombie.or_else(|| entry.process.upgrade()) else { return };
        process.lineage.members.fetch_sub(1, Ordering::Relaxed);
        if let Some(parent) = self.entries.get_mut(&process.parent()) {
            parent.children.remove(&pid);
        }
    }

    /// What has ended leaves the table, or stays as a zombie if somebody will wait for it.
    fn bury(&mut self, process: &Process, waited_for: bool, told: &mut Told) {
        let Some(entry) = self.entries.get_mut(&process.pid) else { return };
        let itself = entry.process.upgrade();
        if waited_for {
            entry.zombie = itself;
        } else {
            self.remove(process.pid);
            told.gone.extend(itself);
        }
    }

    /// The children become the init's, or nobody's if this is the init.
    fn leave_children(&mut self, process: &Process, told: &mut Told) {
        let lineage = &process.lineage;
        let is_init = lineage.init == process.pid;
        if is_init {
            lineage.closed.store(true, Ordering::Relaxed);
            let rest = self.living(|other| Arc::ptr_eq(&other.lineage, lineage) && other.pid != process.pid);
            told.signals.extend(rest.into_iter().map(|other| (other, Signal::SIGKILL)));
        }
        let children = self.entries.get_mut(&process.pid).map(|entry| std::mem::take(&mut entry.children));
        for pid in children.unwrap_or_default() {
            let Some(child) = self.find(pid) else { continue };
            let parent = if is_init { Pid(0) } else { lineage.init };
            child.set_parent(parent);
            let Some(entry) = self.entries.get_mut(&pid) else { continue };
            entry.adopted = true;
            if entry.zombie.is_some() {
                self.remove(pid);
            } else if let Some(init) = self.entries.get_mut(&parent) {
                init.children.insert(pid);
            }
            told.gone.push(child);
        }
    }

    /// Whether no member of a group has a parent in another group of the session. Whoever started an init has job control of
    /// its own, as a shell has.
    fn is_orphaned(&self, pgid: Pid) -> bool {
        let holds = |process: &Arc<Process>| {
            if self.entries.get(&process.pid).is_none_or(|entry| entry.adopted) {
                return false;
            }
            match process.parent() {
                Pid(0) => true,
                parent => self.live(parent).is_some_and(|parent| {
                    parent.status().is_none() && parent.pgid() != pgid && parent.session().sid == process.session().sid
                }),
            }
        };
        !self.living(|process| process.pgid() == pgid).iter().any(holds)
    }

    /// The groups that a process' end may orphan and that are not orphaned yet.
    fn groups_at_risk(&self, process: &Process) -> BTreeSet<Pid> {
        let children = self.children_of(process.pid).into_iter().filter_map(|pid| self.live(pid));
        let groups = children.map(|child| child.pgid()).chain([process.pgid()]);
        groups.filter(|pgid| !self.is_orphaned(*pgid)).collect()
    }

    /// Stopped members of a group that nobody can continue any more are woken, and hear of it (_exit(2)).
    fn hang_up_orphans(&self, groups: &BTreeSet<Pid>, told: &mut Told) {
        for pgid in groups.iter().filter(|pgid| self.is_orphaned(**pgid)) {
            let members = self.living(|process| process.pgid() == *pgid);
            if members.iter().any(|process| process.is_stopped()) {
                told.hang_up(members);
            }
        }
    }

    /// With its leader a session loses its terminal, and those in the foreground hear of it (_exit(2)).
    fn hang_up_session(&self, process: &Process, told: &mut Told) {
        let session = process.session();
        let Some(terminal) = session.terminal().filter(|_| session.sid == process.pid) else { return };
        if let Some(pgid) = terminal.foreground() {
            told.hang_up(self.living(|process| process.pgid() == pgid));
        }
        told.disowned.push((session, terminal));
    }
}
