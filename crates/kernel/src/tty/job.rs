//! Job control: whose terminal it is, and who may use it now (credentials(7), tcsetpgrp(3)).

use std::sync::Arc;

use gopherix_abi::{Errno, Pid, Signal};

use super::{Owner, Tty};
use crate::error::{SysError, SysResult, fail};
use crate::file::File;
use crate::task::{Cx, Process, Terminal};

/// What a process wants of its terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// To read. In the background that is SIGTTIN.
    Read,
    /// To change it, or to write where that is asked to stop (TOSTOP). In the background that is SIGTTOU.
    Change,
}

const NOT_CONTROLLING: SysError = SysError::new(Errno::ENOTTY, "not the process' controlling terminal");
const IN_BACKGROUND: SysError = SysError::new(Errno::EINTR, "the terminal is not for the background");

impl Tty {
    /// Whether the thread may use the terminal so. If it may not, its group was sent the signal that stops it: whoever may
    /// wait does so until the process goes on, and asks again.
    ///
    /// # Errors
    /// EINTR if the signal was sent. EIO where that would be in vain: the group is orphaned, or ignores or blocks SIGTTIN; who
    /// ignores or blocks SIGTTOU may do as it likes.
    pub fn admit(&self, cx: &Cx, wants: Use) -> SysResult<()> {
        let process = &cx.process;
        if !self.is_in_background(process) {
            return Ok(());
        }
        let pgid = process.pgid();
        let signal = match wants {
            Use::Read => Signal::SIGTTIN,
            Use::Change => Signal::SIGTTOU,
        };
        let is_deaf = process.ignores(signal) || crate::os_wasm::sigsave(cx).contains(signal);
        match wants {
            Use::Change if is_deaf => return Ok(()),
            Use::Read if is_deaf => return fail(Errno::EIO, "SIGTTIN is ignored"),
            _ if cx.kernel.is_orphaned_group(pgid) => return fail(Errno::EIO, "the group is orphaned"),
            _ => {}
        }
        cx.kernel.signal_group(pgid, signal);
        Err(IN_BACKGROUND)
    }

    /// Whether another group of the process' session has the terminal.
    #[must_use]
    pub fn is_in_background(&self, process: &Process) -> bool {
        let owner = *self.owner.lock();
        owner.foreground.is_some_and(|foreground| foreground != process.pgid())
            && owner.session == Some(process.session().sid)
    }

    /// [`Tty::admit`], waiting while the process stands still for what it wanted.
    ///
    /// # Errors
    /// As [`Tty::admit`]; EINTR if the guest takes the signal itself.
    pub(crate) async fn admitted(&self, cx: &mut Cx, wants: Use) -> SysResult<()> {
        loop {
            match self.admit(cx, wants) {
                Err(refused) if refused == IN_BACKGROUND && cx.process.is_stopped() && !cx.process.is_ending() => {
                    cx.stand_still().await;
                }
                answer => return answer,
            }
        }
    }

    /// Whether it is the controlling terminal of a process.
    #[must_use]
    pub fn controls(&self, process: &Process) -> bool {
        self.owner.lock().session == Some(process.session().sid)
    }

    /// The foreground group, as a process of the terminal's session is told (tcgetpgrp(3)).
    ///
    /// # Errors
    /// ENOTTY if it is not the process' controlling terminal.
    pub fn foreground_of(&self, process: &Process) -> SysResult<Option<Pid>> {
        if self.controls(process) { Ok(self.foreground()) } else { Err(NOT_CONTROLLING) }
    }

    /// The session, as a process of it is told (tcgetsid(3)).
    ///
    /// # Errors
    /// ENOTTY if it is not the process' controlling terminal.
    pub fn session_of(&self, process: &Process) -> SysResult<Pid> {
        self.session().filter(|sid| *sid == process.session().sid).ok_or(NOT_CONTROLLING)
    }

    /// Its other side is gone: its session loses it, and the leader hears of that.
    pub(super) fn hang_up(&self) {
        let Some(kernel) = self.kernel.upgrade() else { return };
        let owner = std::mem::take(&mut *self.owner.lock());
        let Some(leader) = owner.session.and_then(|sid| kernel.process(sid)) else { return };
        let session = leader.session();
        if session.sid == leader.pid {
            session.set_terminal(None);
            let _ = leader.kill(Signal::SIGHUP);
            let _ = leader.kill(Signal::SIGCONT);
        }
    }
}

impl Terminal for Tty {
    fn session(&self) -> Option<Pid> {
        self.owner.lock().session
    }

    fn foreground(&self) -> Option<Pid> {
        self.owner.lock().foreground
    }

    fn acquire(&self, process: &Arc<Process>) -> SysResult<()> {
        let session = process.session();
        let Some(me) = self.me.upgrade() else { return Err(NOT_CONTROLLING) };
        let mut owner = self.owner.lock();
        if owner.session == Some(session.sid) && session.sid == process.pid {
            return Ok(());
        }
        if session.sid != process.pid || session.terminal().is_some() {
            return fail(Errno::EPERM, "only a session's leader without a terminal can take one");
        }
        if owner.session.is_some() {
            return fail(Errno::EPERM, "the terminal is another session's");
        }
        owner.session = Some(session.sid);
        owner.foreground = Some(process.pgid());
        drop(owner);
        session.set_terminal(Some(me));
        Ok(())
    }

    fn set_foreground(&self, process: &Process, pgid: Pid) -> SysResult<()> {
        if !self.controls(process) {
            return Err(NOT_CONTROLLING);
        }
        let Some(kernel) = self.kernel.upgrade() else { return Err(NOT_CONTROLLING) };
        let group = kernel.group(pgid);
        let Some(member) = group.first() else { return fail(Errno::ESRCH, "there is no such group") };
        if member.session().sid != process.session().sid {
            return fail(Errno::EPERM, "the group is of another session");
        }
        self.owner.lock().foreground = Some(pgid);
        Ok(())
    }

    fn open(&self) -> SysResult<Arc<dyn File>> {
        match self.me.upgrade() {
            Some(me) => Tty::open(&me),
            None => Err(NOT_CONTROLLING),
        }
    }

    fn disown(&self) {
        *self.owner.lock() = Owner::default();
    }
}
