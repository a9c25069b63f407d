//! Sessions and their terminals (setsid(2), credentials(7)).

use std::sync::Arc;

use gopherix_abi::Pid;

use super::Process;
use crate::error::SysResult;
use crate::file::File;
use crate::sync::Lock;

/// A terminal as sessions and process groups know it. Files of terminals lead to it ([`File::terminal`](crate::file::File::terminal)).
pub trait Terminal: Send + Sync {
    /// The session whose controlling terminal it is.
    fn session(&self) -> Option<Pid>;

    /// The foreground process group, once there is one.
    fn foreground(&self) -> Option<Pid>;

    /// Makes it the controlling terminal of the process' session (TIOCSCTTY).
    ///
    /// # Errors
    /// EPERM if the process leads no session, or has a terminal already, or the terminal is another session's.
    fn acquire(&self, process: &Arc<Process>) -> SysResult<()>;

    /// Makes a group the foreground group, at the wish of a process (tcsetpgrp(3)).
    ///
    /// # Errors
    /// ENOTTY if it is not the process' controlling terminal; EPERM if the group is of another session.
    fn set_foreground(&self, process: &Process, pgid: Pid) -> SysResult<()>;

    /// Opens it (`/dev/tty`).
    ///
    /// # Errors
    /// EIO once it is hung up.
    fn open(&self) -> SysResult<Arc<dyn File>>;

    /// Its session is over, the leader having ended: it controls nobody any more.
    fn disown(&self);
}

/// A session: process groups that share a controlling terminal.
pub struct Session {
    /// Its id, the leader's process id.
    pub sid: Pid,
    terminal: Lock<Option<Arc<dyn Terminal>>>,
}

impl Session {
    pub(crate) fn new(sid: Pid) -> Arc<Session> {
        Arc::new(Session { sid, terminal: Lock::new(None) })
    }

    /// Its controlling terminal.
    #[must_use]
    pub fn terminal(&self) -> Option<Arc<dyn Terminal>> {
        self.terminal.lock().clone()
    }

    /// Sets or takes away its controlling terminal; for [`Terminal`]s.
    pub fn set_terminal(&self, terminal: Option<Arc<dyn Terminal>>) {
        let old = std::mem::replace(&mut *self.terminal.lock(), terminal);
        drop(old);
    }
}
