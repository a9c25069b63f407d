//! The user's terminal as the guests' terminal.
//!
//! The host's driver stays what stands between keyboard and guest: it has the line discipline, and turns `^C` into a signal of
//! this process' group, which whoever runs the guests passes on to the kernel's foreground group. What guests set is set on the host.
//! So a guest sees what a program of the host's would, and while it changes nothing, nothing is there to be put back.
//!
//! Where it did, [`restore`] must be called before this process ends or stops, and [`reapply`] when it goes on. That holds for
//! every end but one by SIGKILL: whoever handles signals or panics calls it, and for signals that nobody handles a handler is
//! here. Neither does anything in the background, where the terminal is another's.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

use futures::future::BoxFuture;
use gopherix_abi::{Cc, InputModes, LocalModes, OutputModes, PollEvents, SetWhen, Stat, Termios, Winsize};
use gopherix_kernel::SysResult;
use gopherix_kernel::platform::{HostStream, HostTerminal};
use rustix::termios::{
    OptionalActions, SpecialCodeIndex, Termios as HostTermios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr,
};
use signal_hook::consts::{SIGABRT, SIGALRM, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ};

use crate::errno::from_host;
use crate::stdio::FdStream;

/// A terminal of the host.
pub struct Terminal {
    stream: FdStream,
    /// What tells terminals apart.
    device: u64,
}

impl Terminal {
    /// The terminal that a descriptor of this process is open on; `None` if it is on none, or the terminal cannot be opened
    /// anew. Within the executor.
    #[must_use]
    pub fn of(fd: BorrowedFd<'_>) -> Option<Terminal> {
        if !rustix::termios::isatty(fd) {
            return None;
        }
        let device = rustix::fs::fstat(fd).ok()?.st_rdev;
        Some(Terminal { stream: FdStream::terminal(fd)?, device })
    }

    /// Whether a descriptor is open on this terminal.
    #[must_use]
    pub fn is(&self, fd: BorrowedFd<'_>) -> bool {
        rustix::termios::isatty(fd) && rustix::fs::fstat(fd).is_ok_and(|stat| stat.st_rdev == self.device)
    }

    fn fd(&self) -> BorrowedFd<'_> {
        self.stream.fd()
    }
}

impl HostStream for Terminal {
    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.stream.read(buf)
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        self.stream.write(buf)
    }

    fn ready(&self) -> PollEvents {
        self.stream.ready()
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        self.stream.wait(events)
    }

    fn stat(&self) -> SysResult<Stat> {
        self.stream.stat()
    }

    fn is_terminal(&self) -> bool {
        true
    }

    fn as_any(&self) -> Option<&dyn std::any::Any> {
        Some(&self.stream)
    }
}

impl HostTerminal for Terminal {
    fn termios(&self) -> SysResult<Termios> {
        tcgetattr(self.fd()).map(|host| from_termios(&host)).map_err(from_host)
    }

    fn set_termios(&self, termios: &Termios, when: SetWhen) -> SysResult<()> {
        let mut changed = changed();
        let original = tcgetattr(self.fd()).map_err(from_host)?;
        let mut wanted = original.clone();
        put_termios(&mut wanted, termios);
        let action = match when {
            SetWhen::Now => OptionalActions::Now,
            SetWhen::Drain => OptionalActions::Drain,
            SetWhen::Flush => OptionalActions::Flush,
        };
        match changed.iter_mut().find(|one| one.device == self.device) {
            Some(one) => one.current = wanted.clone(),
            None => {
                let fd = self.fd().try_clone_to_owned().map_err(|_| from_host(rustix::io::Errno::MFILE))?;
                let one = Changed { fd, device: self.device, original, current: wanted.clone() };
                restore_on_signals(&one);
                changed.push(one);
            }
        }
        // Draining may take its time, which nobody who restores must wait for.
        drop(changed);
        tcsetattr(self.fd(), action, &wanted).map_err(from_host)
    }

    fn window(&self) -> SysResult<Winsize> {
        let size = tcgetwinsize(self.fd()).map_err(from_host)?;
        Ok(Winsize { rows: size.ws_row, columns: size.ws_col, x_pixels: size.ws_xpixel, y_pixels: size.ws_ypixel })
    }
}

/// A terminal that a guest has changed.
struct Changed {
    fd: OwnedFd,
    device: u64,
    /// As it was before.
    original: HostTermios,
    /// As guests want it.
    current: HostTermios,
}

static CHANGED: Mutex<Vec<Changed>> = Mutex::new(Vec::new());

fn changed() -> MutexGuard<'static, Vec<Changed>> {
    CHANGED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts the terminals back as they were before guests changed them.
pub fn restore() {
    for one in changed().iter() {
        set_in_foreground(one.fd.as_fd(), &one.original);
    }
}

/// Makes the terminals again what guests want them to be.
pub fn reapply() {
    for one in changed().iter() {
        set_in_foreground(one.fd.as_fd(), &one.current);
    }
}

/// In the background it would stop this process (SIGTTOU), and another is using the terminal.
fn set_in_foreground(fd: BorrowedFd<'_>, termios: &HostTermios) {
    if tcgetpgrp(fd).is_ok_and(|foreground| foreground == rustix::process::getpgrp()) {
        let _ = tcsetattr(fd, OptionalActions::Now, termios);
    }
}

/// Signals that end this process by default and that nothing here has a use for. (A crash of this process itself by SIGSEGV and
/// the like is the engine's to handle.)
const FATAL: [i32; 6] = [SIGABRT, SIGALRM, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ];

/// What the handler needs: the first terminal that was changed.
struct Kept {
    fd: OwnedFd,
    original: HostTermios,
}

static KEPT: AtomicPtr<Kept> = AtomicPtr::new(std::ptr::null_mut());

/// Has the fatal signals that still end this process by themselves put the terminal back first.
fn restore_on_signals(one: &Changed) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let Ok(fd) = one.fd.try_clone() else { return };
        KEPT.store(Box::into_raw(Box::new(Kept { fd, original: one.original.clone() })), Ordering::Release);
        for signal in FATAL.into_iter().filter(|signal| is_default(*signal)) {
            // SAFETY: the action is async-signal-safe: it reads a pointer that is set once, to what is never freed or changed,
            // makes system calls that signal-safety(7) lists (tcgetpgrp, getpgrp, tcsetattr), and ends the process as
            // `emulate_default_handler` may.
            #[expect(unsafe_code, reason = "a signal handler")]
            let _ = unsafe { signal_hook::low_level::register(signal, move || restore_and_end(signal)) };
        }
    });
}

fn restore_and_end(signal: i32) {
    static ENDING: AtomicBool = AtomicBool::new(false);
    let kept = KEPT.load(Ordering::Acquire);
    // SAFETY: null, or from `Box::into_raw`, never freed, and not written to after it was stored.
    #[expect(unsafe_code, reason = "a signal handler takes no locks")]
    let kept = unsafe { kept.as_ref() };
    if let Some(kept) = kept
        && !ENDING.swap(true, Ordering::Relaxed)
    {
        set_in_foreground(kept.fd.as_fd(), &kept.original);
    }
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}

/// Whether a signal does its default, as far as the host tells.
fn is_default(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        line.and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(u64::MAX)
    };
    let bit = u32::try_from(signal).ok().and_then(|n| n.checked_sub(1)).and_then(|n| 1u64.checked_shl(n));
    bit.is_some_and(|bit| (mask("SigCgt:") | mask("SigIgn:")) & bit == 0)
}

const CODES: [(SpecialCodeIndex, Cc); 15] = [
    (SpecialCodeIndex::VINTR, Cc::Intr),
    (SpecialCodeIndex::VQUIT, Cc::Quit),
    (SpecialCodeIndex::VERASE, Cc::Erase),
    (SpecialCodeIndex::VKILL, Cc::Kill),
    (SpecialCodeIndex::VEOF, Cc::Eof),
    (SpecialCodeIndex::VTIME, Cc::Time),
    (SpecialCodeIndex::VMIN, Cc::Min),
    (SpecialCodeIndex::VSTART, Cc::Start),
    (SpecialCodeIndex::VSTOP, Cc::Stop),
    (SpecialCodeIndex::VSUSP, Cc::Susp),
    (SpecialCodeIndex::VEOL, Cc::Eol),
    (SpecialCodeIndex::VREPRINT, Cc::Reprint),
    (SpecialCodeIndex::VWERASE, Cc::WordErase),
    (SpecialCodeIndex::VLNEXT, Cc::LiteralNext),
    (SpecialCodeIndex::VEOL2, Cc::Eol2),
];

fn from_termios(host: &HostTermios) -> Termios {
    let mut termios = Termios {
        input: InputModes::from_bits_retain(host.input_modes.bits()),
        output: OutputModes::from_bits_retain(host.output_modes.bits()),
        control: host.control_modes.bits(),
        local: LocalModes::from_bits_retain(host.local_modes.bits()),
        line: 0,
        cc: [0; 19],
    };
    for (index, which) in CODES {
        termios.set_cc(which, host.special_codes[index]);
    }
    termios
}

/// All but what concerns a serial line, which stays the host's.
fn put_termios(host: &mut HostTermios, termios: &Termios) {
    host.input_modes = rustix::termios::InputModes::from_bits_retain(termios.input.bits());
    host.output_modes = rustix::termios::OutputModes::from_bits_retain(termios.output.bits());
    host.local_modes = rustix::termios::LocalModes::from_bits_retain(termios.local.bits());
    for (index, which) in CODES {
        host.special_codes[index] = termios.cc(which);
    }
}

/// The terminals that this process' standard streams are on, each once.
#[derive(Default)]
pub struct Terminals(Vec<(Arc<Terminal>, Arc<gopherix_kernel::tty::Tty>)>);

impl Terminals {
    /// The terminal that a descriptor is open on, as guests use it; `None` if it is on none. Within the executor.
    pub fn of(
        &mut self,
        fd: BorrowedFd<'_>,
        kernel: &Arc<gopherix_kernel::Kernel>,
    ) -> Option<Arc<gopherix_kernel::tty::Tty>> {
        if let Some((_, tty)) = self.0.iter().find(|(terminal, _)| terminal.is(fd)) {
            return Some(tty.clone());
        }
        let terminal = Arc::new(Terminal::of(fd)?);
        let tty = gopherix_kernel::tty::Tty::of_host(terminal.clone(), kernel);
        self.0.push((terminal, tty.clone()));
        Some(tty)
    }

    /// The first of them.
    #[must_use]
    pub fn first(&self) -> Option<&Arc<gopherix_kernel::tty::Tty>> {
        self.0.first().map(|(_, tty)| tty)
    }
}

/// Which ways a descriptor of this process is open.
///
/// # Errors
/// As fcntl(2).
pub fn access(fd: BorrowedFd<'_>) -> io::Result<gopherix_abi::AccessMode> {
    let flags = rustix::fs::fcntl_getfl(fd)? & rustix::fs::OFlags::RWMODE;
    Ok(match flags {
        rustix::fs::OFlags::RDWR => gopherix_abi::AccessMode::ReadWrite,
        rustix::fs::OFlags::WRONLY => gopherix_abi::AccessMode::WriteOnly,
        _ => gopherix_abi::AccessMode::ReadOnly,
    })
}
