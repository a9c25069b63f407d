//! Terminals: tcgetattr(3), tcsetattr(3), TIOCGWINSZ(2const), tcgetpgrp(3), tcsetpgrp(3), tcgetsid(3), TIOCSCTTY(2const),
//! ptsname(3), and what read(2) and write(2) do with one.
//!
//! A master stands for its terminal, as on Linux. Who changes a terminal from the background waits, stopped by SIGTTOU, until it
//! may. Common errors: EBADF, ENOTTY (no terminal, or not the controlling one where that is asked for), EIO (hung up, or in
//! the background of an orphaned group), EINTR (SIGTTOU is the guest's own to take).

use std::sync::Arc;

use gopherix_abi::{Cc, Errno, Fd, LocalModes, Pid, PollEvents, SetWhen, Termios, Winsize};

use super::file::bounce;
use crate::error::{SysResult, fail};
use crate::file::{OpenFile, wait_any};
use crate::task::{Cx, Terminal};
use crate::tty::{Tty, Use};

/// Nanoseconds of VTIME's unit, a tenth of a second.
const TENTH: u64 = 100_000_000;

/// tcgetattr(3).
pub(crate) fn sys_tcgetattr(cx: &mut Cx, fd: Fd) -> SysResult<Termios> {
    terminal(cx, fd)?.termios()
}

/// tcsetattr(3). EINVAL for another line discipline.
pub(crate) async fn sys_tcsetattr(cx: &mut Cx, fd: Fd, when: SetWhen, termios: Termios) -> SysResult<()> {
    if termios.line != 0 {
        return fail(Errno::EINVAL, "there is one line discipline");
    }
    let tty = terminal(cx, fd)?;
    tty.admitted(cx, Use::Change).await?;
    tty.set_termios(&termios, when)
}

/// TIOCGWINSZ.
pub(crate) fn sys_tcgetwinsize(cx: &mut Cx, fd: Fd) -> SysResult<Winsize> {
    terminal(cx, fd)?.window()
}

/// TIOCSWINSZ; SIGWINCH for the foreground group.
pub(crate) fn sys_tcsetwinsize(cx: &mut Cx, fd: Fd, window: Winsize) -> SysResult<()> {
    terminal(cx, fd)?.set_window(window)
}

/// tcgetpgrp(3). A number that no group has where there is none.
pub(crate) fn sys_tcgetpgrp(cx: &mut Cx, fd: Fd) -> SysResult<Pid> {
    const NONE: Pid = Pid(i32::MAX.cast_unsigned());
    let foreground = match of_master(cx, fd)? {
        Some(tty) => tty.foreground(),
        None => terminal(cx, fd)?.foreground_of(&cx.process)?,
    };
    Ok(foreground.unwrap_or(NONE))
}

/// tcsetpgrp(3). EINVAL for no group's number, ESRCH without that group, EPERM for one of another session.
pub(crate) async fn sys_tcsetpgrp(cx: &mut Cx, fd: Fd, pgid: Pid) -> SysResult<()> {
    if pgid.0 == 0 || pgid.0 > i32::MAX.cast_unsigned() {
        return fail(Errno::EINVAL, "no group's number");
    }
    let tty = terminal(cx, fd)?;
    tty.admitted(cx, Use::Change).await?;
    tty.set_foreground(&cx.process, pgid)
}

/// tcgetsid(3).
pub(crate) fn sys_tcgetsid(cx: &mut Cx, fd: Fd) -> SysResult<Pid> {
    match of_master(cx, fd)? {
        Some(tty) => match tty.session() {
            Some(session) => Ok(session),
            None => fail(Errno::ENOTTY, "the terminal is no session's"),
        },
        None => terminal(cx, fd)?.session_of(&cx.process),
    }
}

/// TIOCSCTTY. EPERM unless the caller leads a session without a terminal, and the terminal is nobody's.
pub(crate) fn sys_tiocsctty(cx: &mut Cx, fd: Fd) -> SysResult<()> {
    terminal(cx, fd)?.acquire(&cx.process)
}

/// ptsname(3): the terminal is `/dev/pts/` and this number. ENOTTY if it is no master.
pub(crate) fn sys_ptsname(cx: &mut Cx, fd: Fd) -> SysResult<u32> {
    match of_master(cx, fd)?.and_then(|tty| tty.pty_number()) {
        Some(number) => Ok(number),
        None => fail(Errno::ENOTTY, "no master of a pseudo-terminal"),
    }
}

/// The terminal behind a descriptor.
fn terminal(cx: &Cx, fd: Fd) -> SysResult<Arc<Tty>> {
    let file = cx.process.fds.lock().get(fd)?.file.clone();
    let file = file.file();
    match file.tty().or_else(|| file.master().map(|master| master.tty())) {
        Some(tty) => Ok(tty.clone()),
        None => fail(Errno::ENOTTY, "not a terminal"),
    }
}

/// The terminal on the other side of a master, which may be asked what is otherwise told to its session only.
fn of_master(cx: &Cx, fd: Fd) -> SysResult<Option<Arc<Tty>>> {
    let file = cx.process.fds.lock().get(fd)?.file.clone();
    Ok(file.file().master().map(|master| master.tty().clone()))
}

/// Before each part of a write to a terminal.
pub(super) async fn may_write(cx: &mut Cx, tty: &Tty) -> SysResult<()> {
    if tty.stops_writers(&cx.process) { tty.admitted(cx, Use::Change).await } else { Ok(()) }
}

/// When a read is over, in raw mode (termios(3), "Canonical and noncanonical mode").
#[derive(Clone, Copy)]
struct Policy {
    /// Bytes that are enough.
    enough: usize,
    /// How long to wait for the first byte.
    first_ns: Option<u64>,
    /// How long to wait for each one after.
    next_ns: Option<u64>,
}

impl Policy {
    fn of(tty: &Tty, len: usize) -> SysResult<Policy> {
        let termios = tty.termios()?;
        if termios.local.contains(LocalModes::ICANON) {
            return Ok(Policy { enough: 1, first_ns: None, next_ns: None });
        }
        let time = u64::from(termios.cc(Cc::Time)).saturating_mul(TENTH);
        Ok(match usize::from(termios.cc(Cc::Min)) {
            0 => Policy { enough: 1, first_ns: Some(time), next_ns: None },
            min => Policy { enough: min.min(len), first_ns: None, next_ns: (time > 0).then_some(time) },
        })
    }

    /// Whether the terminal itself says when enough is there; then nothing is taken before.
    fn is_told(self) -> bool {
        self.enough > 1 && self.next_ns.is_none()
    }
}

/// read(2) of a terminal, into the bounce buffer. EIO in the background of an orphaned group, or if SIGTTIN is ignored.
pub(super) async fn read(cx: &mut Cx, file: &OpenFile, tty: &Tty, len: usize, nonblock: bool) -> SysResult<usize> {
    if len == 0 {
        return Ok(0);
    }
    let mut done = 0;
    let mut deadline = None;
    let was_there = !tty.is_hung_up();
    loop {
        tty.admitted(cx, Use::Read).await?;
        // What waited when it was hung up gets an error; whoever comes later finds the end.
        if tty.is_hung_up() {
            return if was_there && done == 0 { fail(Errno::EIO, "the terminal was hung up") } else { Ok(done) };
        }
        let policy = Policy::of(tty, len)?;
        let is_early = policy.is_told() && !nonblock && done == 0 && !tty.ready().contains(PollEvents::IN);
        let part = if is_early {
            fail(Errno::EAGAIN, "not enough was typed")
        } else {
            file.read(bounce(&mut cx.bounce, len).get_mut(done..).unwrap_or_default())
        };
        let now = cx.kernel.platform().monotonic_ns();
        match part {
            Ok(n) => {
                done = usize::saturating_add(done, n);
                if n == 0 || done >= policy.enough {
                    return Ok(done);
                }
                deadline = policy.next_ns.map(|time| now.saturating_add(time));
            }
            Err(e) if e.errno != Errno::EAGAIN => return Err(e),
            Err(_) if done > 0 && (nonblock || deadline.is_some_and(|deadline| now >= deadline)) => return Ok(done),
            Err(e) => {
                deadline = deadline.or(policy.first_ns.map(|time| now.saturating_add(time)));
                match deadline {
                    Some(deadline) if now >= deadline => return Ok(done),
                    _ if nonblock => return Err(e),
                    _ => {}
                }
                match wait(cx, tty, deadline, policy.is_told() && done == 0).await {
                    Err(_) if done > 0 => return Ok(done),
                    answer => answer?,
                }
            }
        }
    }
}

/// Waits until something was typed (`enough`: as much as raw mode's MIN), the terminal is hung up, or the deadline has passed.
async fn wait(cx: &mut Cx, tty: &Tty, deadline: Option<u64>, enough: bool) -> SysResult<()> {
    let mut waits = vec![tty.wait(PollEvents::IN)];
    if let Some(deadline) = deadline {
        waits.push(Box::pin(cx.kernel.timers().sleep_until(deadline)));
    }
    let platform = cx.kernel.platform().clone();
    let ready = || {
        let is_due = deadline.is_some_and(|deadline| platform.monotonic_ns() >= deadline);
        let is_there = if enough { tty.ready().contains(PollEvents::IN) } else { tty.has_input() };
        (is_due || is_there || tty.is_hung_up()).then_some(())
    };
    cx.park(wait_any(waits, ready)).await?;
    Ok(())
}
