//! Terminals: what a keyboard and a screen, or a program in their place, are to the processes of a session (tty(4), pty(7)).
//!
//! A [`Tty`] is the terminal that processes know: it belongs to a session, has a foreground group, and refuses or stops whoever
//! uses it from the background. Behind it is a line: a pseudo-terminal of this kernel ([`open_pty`]), whose other side is a
//! [`Master`] and which has the kernel's [`Discipline`]; or a terminal of the host's, whose own driver has that part
//! ([`Tty::of_host`]). Files of terminals ([`TtyFile`], [`Master`]) lead here by [`File::tty`](crate::file::File::tty).
//!
//! Lock order: owner → process tree; a line's lock is innermost. Signals are sent, and queues woken, without either.

mod discipline;
mod file;
mod job;
mod pty;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Weak};

use futures::future::BoxFuture;
use gopherix_abi::{Errno, LocalModes, Pid, PollEvents, SetWhen, Signal, Stat, Termios, Winsize};

pub use self::discipline::Discipline;
pub use self::file::{Master, TtyFile};
pub use self::job::Use;
use self::pty::Pty;
pub use self::pty::{Ptys, open_pty};
use crate::Kernel;
use crate::error::{SysResult, fail};
use crate::platform::HostTerminal;
use crate::sync::Lock;
use crate::task::Process;

/// A terminal.
pub struct Tty {
    line: Line,
    owner: Lock<Owner>,
    kernel: Weak<Kernel>,
    me: Weak<Tty>,
}

enum Line {
    Pty(Box<Pty>),
    Host(Arc<dyn HostTerminal>),
}

/// Whose it is.
#[derive(Clone, Copy, Default)]
struct Owner {
    session: Option<Pid>,
    foreground: Option<Pid>,
}

impl Tty {
    fn new(line: Line, kernel: Weak<Kernel>) -> Arc<Tty> {
        Arc::new_cyclic(|me| Tty { line, owner: Lock::default(), kernel, me: me.clone() })
    }

    /// A terminal of the host's. Its settings are the host's own, so what programs do to them is seen outside too.
    #[must_use]
    pub fn of_host(host: Arc<dyn HostTerminal>, kernel: &Arc<Kernel>) -> Arc<Tty> {
        Tty::new(Line::Host(host), Arc::downgrade(kernel))
    }

    /// Attributes.
    ///
    /// # Errors
    /// What the host answers.
    pub fn stat(&self) -> SysResult<Stat> {
        match &self.line {
            Line::Pty(pty) => Ok(pty.stat()),
            Line::Host(host) => host.stat(),
        }
    }

    /// The settings.
    ///
    /// # Errors
    /// EIO once it is hung up; what the host answers.
    pub fn termios(&self) -> SysResult<Termios> {
        match &self.line {
            Line::Pty(pty) => pty.termios(),
            Line::Host(host) => host.termios(),
        }
    }

    /// Changes the settings.
    ///
    /// # Errors
    /// As [`Tty::termios`].
    pub fn set_termios(&self, termios: &Termios, when: SetWhen) -> SysResult<()> {
        match &self.line {
            Line::Pty(pty) => pty.set_termios(termios, when),
            Line::Host(host) => host.set_termios(termios, when),
        }
    }

    /// The window's size.
    ///
    /// # Errors
    /// As [`Tty::termios`].
    pub fn window(&self) -> SysResult<Winsize> {
        match &self.line {
            Line::Pty(pty) => pty.window(),
            Line::Host(host) => host.window(),
        }
    }

    /// Sets the window's size; the foreground group hears of a change. That of the host's terminal is the user's.
    ///
    /// # Errors
    /// As [`Tty::termios`]; EPERM for a terminal of the host's.
    pub fn set_window(&self, window: Winsize) -> SysResult<()> {
        match &self.line {
            Line::Pty(pty) => {
                if pty.set_window(window)? {
                    self.signal_foreground(Signal::SIGWINCH);
                }
                Ok(())
            }
            Line::Host(_) => fail(Errno::EPERM, "the window is the host's"),
        }
    }

    /// Which pseudo-terminal it is, if it is one.
    #[must_use]
    pub fn pty_number(&self) -> Option<u32> {
        match &self.line {
            Line::Pty(pty) => Some(pty.number),
            Line::Host(_) => None,
        }
    }

    /// Reads what is there. 0 bytes are an end of file, or in raw mode with MIN and TIME 0 nothing yet.
    ///
    /// # Errors
    /// EAGAIN if nothing is there.
    pub fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        match &self.line {
            Line::Pty(pty) => pty.read(buf),
            Line::Host(host) => host.read(buf),
        }
    }

    /// Writes what there is room for.
    ///
    /// # Errors
    /// EAGAIN if that is nothing; EIO once it is hung up.
    pub fn write(&self, buf: &[u8]) -> SysResult<usize> {
        match &self.line {
            Line::Pty(pty) => pty.write(buf),
            Line::Host(host) => host.write(buf),
        }
    }

    /// What would not wait now.
    #[must_use]
    pub fn ready(&self) -> PollEvents {
        match &self.line {
            Line::Pty(pty) => pty.ready(),
            Line::Host(host) => host.ready(),
        }
    }

    /// Whether anything is there to read, be it less than raw mode's MIN.
    #[must_use]
    pub fn has_input(&self) -> bool {
        match &self.line {
            Line::Pty(pty) => pty.has_input(),
            Line::Host(host) => host.ready().contains(PollEvents::IN),
        }
    }

    /// Ends when [`Tty::ready`] or [`Tty::has_input`] may have changed.
    pub fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        match &self.line {
            Line::Pty(pty) => pty.wait(),
            Line::Host(host) => host.wait(events),
        }
    }

    /// Bytes that a read would find; 1 where only "some" is known.
    #[must_use]
    pub fn available(&self) -> u64 {
        match &self.line {
            Line::Pty(pty) => pty.available(),
            Line::Host(_) => 1,
        }
    }

    /// Whether it was hung up: its other side is gone.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        match &self.line {
            Line::Pty(pty) => pty.is_hung_up(),
            Line::Host(_) => false,
        }
    }

    /// Whether a process has to ask before it writes: in the background, if that is to stop it (TOSTOP).
    #[must_use]
    pub fn stops_writers(&self, process: &Process) -> bool {
        self.is_in_background(process) && self.termios().is_ok_and(|termios| termios.local.contains(LocalModes::TOSTOP))
    }

    /// Sends the foreground group a signal.
    pub fn signal_foreground(&self, signal: Signal) {
        let foreground = self.owner.lock().foreground;
        if let (Some(pgid), Some(kernel)) = (foreground, self.kernel.upgrade()) {
            kernel.signal_group(pgid, signal);
        }
    }
}
