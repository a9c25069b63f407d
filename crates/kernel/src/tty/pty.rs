//! Pseudo-terminals (pty(7)): a line discipline, with files for both its sides.
//!
//! The master's side is the keyboard and the screen. When its last file is closed the terminal is hung up: its session's leader
//! gets SIGHUP and SIGCONT, reads find the end, all else answers EIO. When the last file of the other side is closed, the
//! master reads EIO once the screen's rest is taken, until somebody opens that side again.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use futures::future::BoxFuture;
use gopherix_abi::{Errno, FileType, Mode, PollEvents, SetWhen, Signal, Stat, Termios, Winsize};

use super::{Discipline, Line, Master, Tty};
use crate::Kernel;
use crate::error::{SysError, SysResult, fail};
use crate::file::WaitQueue;
use crate::sync::Lock;

/// Pseudo-terminals a kernel has at most (Linux's `kernel.pty.max`).
const MOST: usize = 4096;
/// CSIZE and PARENB, which a pty has no use for, and CS8 and CREAD, which it has always.
const NOT_OF_A_PTY: u32 = 0o460;
const OF_A_PTY: u32 = 0o260;

const EIO: SysError = SysError::new(Errno::EIO, "the terminal was hung up");

/// The pseudo-terminals of a kernel whose masters are open, by number.
#[derive(Default)]
pub struct Ptys(Lock<BTreeMap<u32, Weak<Tty>>>);

impl Ptys {
    /// The numbers in use.
    #[must_use]
    pub fn numbers(&self) -> Vec<u32> {
        self.0.lock().keys().copied().collect()
    }

    /// The terminal of that number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<Arc<Tty>> {
        self.0.lock().get(&number).and_then(Weak::upgrade)
    }

    pub(super) fn remove(&self, number: u32) {
        self.0.lock().remove(&number);
    }
}

/// Opens a new pseudo-terminal (openpty(3)): its master, which leads to the terminal. `stat` gives the terminal's attributes
/// by its number.
///
/// # Errors
/// ENOSPC at the most there may be.
pub fn open_pty(ptys: &Arc<Ptys>, kernel: &Arc<Kernel>, stat: impl FnOnce(u32) -> Stat) -> SysResult<Arc<Master>> {
    let mut table = ptys.0.lock();
    if table.len() >= MOST {
        return fail(Errno::ENOSPC, "there are as many pseudo-terminals as may be");
    }
    let number = (0..).zip(table.keys()).find(|(free, used)| free != *used).map(|(free, _)| free);
    let number = number.unwrap_or_else(|| u32::try_from(table.len()).unwrap_or(u32::MAX));
    let tty = Tty::new(Line::Pty(Box::new(Pty::new(number, stat(number)))), Arc::downgrade(kernel));
    table.insert(number, Arc::downgrade(&tty));
    drop(table);
    Ok(Arc::new(Master::new(tty, ptys.clone())))
}

/// The line of a pseudo-terminal.
pub(super) struct Pty {
    pub(super) number: u32,
    stat: Stat,
    state: Lock<State>,
    changed: WaitQueue,
}

#[derive(Default)]
struct State {
    discipline: Discipline,
    window: Winsize,
    /// Files of the terminal's side.
    users: usize,
    /// There was one once: with none now the master is told.
    was_used: bool,
    hung_up: bool,
}

impl Pty {
    fn new(number: u32, stat: Stat) -> Pty {
        Pty { number, stat, state: Lock::default(), changed: WaitQueue::new() }
    }

    pub(super) fn stat(&self) -> Stat {
        Stat { kind: FileType::CharDevice, mode: Mode(0o620), ..self.stat }
    }

    pub(super) fn termios(&self) -> SysResult<Termios> {
        let state = self.state.lock();
        if state.hung_up { Err(EIO) } else { Ok(*state.discipline.termios()) }
    }

    /// What was written is with the master at once, so there is nothing to drain.
    pub(super) fn set_termios(&self, termios: &Termios, when: SetWhen) -> SysResult<()> {
        let mut state = self.state.lock();
        if state.hung_up {
            return Err(EIO);
        }
        if when == SetWhen::Flush {
            state.discipline.flush_input();
        }
        state.discipline.set(Termios { control: (termios.control & !NOT_OF_A_PTY) | OF_A_PTY, ..*termios });
        drop(state);
        self.changed.wake_all();
        Ok(())
    }

    pub(super) fn window(&self) -> SysResult<Winsize> {
        let state = self.state.lock();
        if state.hung_up { Err(EIO) } else { Ok(state.window) }
    }

    /// Whether that is another size.
    pub(super) fn set_window(&self, window: Winsize) -> SysResult<bool> {
        let mut state = self.state.lock();
        if state.hung_up {
            return Err(EIO);
        }
        Ok(std::mem::replace(&mut state.window, window) != window)
    }

    pub(super) fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        let mut state = self.state.lock();
        if state.hung_up || buf.is_empty() {
            return Ok(0);
        }
        let Some(n) = state.discipline.read(buf) else { return fail(Errno::EAGAIN, "nothing was typed") };
        drop(state);
        self.changed.wake_all();
        Ok(n)
    }

    pub(super) fn write(&self, buf: &[u8]) -> SysResult<usize> {
        let mut state = self.state.lock();
        if state.hung_up {
            return Err(EIO);
        }
        let n = state.discipline.write(buf);
        drop(state);
        if n == 0 && !buf.is_empty() {
            return fail(Errno::EAGAIN, "nobody takes the output");
        }
        self.changed.wake_all();
        Ok(n)
    }

    pub(super) fn ready(&self) -> PollEvents {
        let state = self.state.lock();
        let mut ready = PollEvents::empty();
        ready.set(PollEvents::IN, state.hung_up || state.discipline.is_readable());
        ready.set(PollEvents::OUT, state.hung_up || state.discipline.is_writable());
        ready.set(PollEvents::ERR | PollEvents::HUP, state.hung_up);
        ready
    }

    pub(super) fn has_input(&self) -> bool {
        let state = self.state.lock();
        state.hung_up || state.discipline.has_input()
    }

    pub(super) fn available(&self) -> u64 {
        u64::try_from(self.state.lock().discipline.available()).unwrap_or(u64::MAX)
    }

    pub(super) fn wait(&self) -> BoxFuture<'static, ()> {
        self.changed.wait()
    }

    pub(super) fn is_hung_up(&self) -> bool {
        self.state.lock().hung_up
    }

    /// Another file of the terminal's side. EIO once it is hung up.
    pub(super) fn opened(&self) -> SysResult<()> {
        let mut state = self.state.lock();
        if state.hung_up {
            return Err(EIO);
        }
        state.users = state.users.saturating_add(1);
        state.was_used = true;
        Ok(())
    }

    pub(super) fn closed(&self) {
        let mut state = self.state.lock();
        state.users = state.users.saturating_sub(1);
        drop(state);
        self.changed.wake_all();
    }

    pub(super) fn master_read(&self, buf: &mut [u8]) -> SysResult<usize> {
        let mut state = self.state.lock();
        let n = state.discipline.take_output(buf);
        let deserted = state.is_deserted();
        drop(state);
        if n > 0 {
            self.changed.wake_all();
        } else if deserted {
            return fail(Errno::EIO, "nobody has the terminal open");
        } else if !buf.is_empty() {
            return fail(Errno::EAGAIN, "nothing was written");
        }
        Ok(n)
    }

    /// What was typed, and the signals it means.
    pub(super) fn master_write(&self, buf: &[u8], signals: &mut Vec<Signal>) -> SysResult<usize> {
        let n = self.state.lock().discipline.receive(buf, signals);
        if n == 0 && !buf.is_empty() {
            return fail(Errno::EAGAIN, "nobody reads what is typed");
        }
        self.changed.wake_all();
        Ok(n)
    }

    pub(super) fn master_ready(&self) -> PollEvents {
        let state = self.state.lock();
        let mut ready = PollEvents::empty();
        ready.set(PollEvents::IN, state.discipline.output_len() > 0 || state.is_deserted());
        ready.set(PollEvents::OUT, state.discipline.has_room());
        ready.set(PollEvents::HUP, state.is_deserted());
        ready
    }

    pub(super) fn master_available(&self) -> u64 {
        u64::try_from(self.state.lock().discipline.output_len()).unwrap_or(u64::MAX)
    }

    pub(super) fn hang_up(&self) {
        self.state.lock().hung_up = true;
        self.changed.wake_all();
    }
}

impl State {
    fn is_deserted(&self) -> bool {
        self.was_used && self.users == 0
    }
}
