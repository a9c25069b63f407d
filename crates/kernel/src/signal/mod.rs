//! Signals: what a process does with each, what is pending, who waits, how stopped processes stand still (signal(7)).
//!
//! A signal is *posted* to a process ([`Process::kill`]): it becomes pending, and what is pending is *settled*: lowest first,
//! what no thread blocks takes its [`Action`]. A default action ends, stops or continues the process at once. A signal that is
//! to be delivered stays pending, interrupts a thread that waits ([`WaitEntry`]), and is taken by the guest at its next safe
//! point ([`Process::next_signal`], `sig_next`). Blocked ones stay pending. A signal is pending or not; it does not count.
//!
//! While a process is stopped none but SIGKILL and SIGCONT does anything. Its threads find out at their next tick or waiting
//! call, and wait without a turn until it goes on.
//!
//! Lock order: a process' signal state → its threads. The process tree is asked, and effects happen, without either.
//!
//! [`Process::kill`]: crate::task::Process::kill
//! [`Process::next_signal`]: crate::task::Process::next_signal

mod process;
mod set;
mod stack;
mod state;
#[cfg(test)]
mod tests;
mod timers;
mod wait;

pub use self::process::SignalSets;
pub use self::set::SigSet;
pub use self::stack::GsignalStack;
pub use self::state::Action;
pub(crate) use self::state::Signals;
pub(crate) use self::timers::Itimers;
pub use self::timers::{Itimer, Which as TimerKind};
pub use self::wait::WaitEntry;

use gopherix_abi::{DefaultAction, Signal};

/// What a process starts with (execve(2): handlers become defaults, ignored signals and the mask stay).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inherited {
    /// What it ignores.
    pub ignored: SigSet,
    /// What its first thread blocks.
    pub mask: SigSet,
}

/// Signals for which Go's runtime has a handler that does nothing unless the program asked for them (`_SigNotify` alone in
/// `runtime/sigtab_linux_generic.go`), or which it uses itself.
const CAUGHT: SigSet = SigSet::of(&[
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGPIPE,
    Signal::SIGALRM,
    Signal::SIGXCPU,
    Signal::SIGXFSZ,
    Signal::SIGVTALRM,
    Signal::SIGPROF,
    Signal::SIGIO,
    Signal::SIGPWR,
]);
/// The first real-time signal, of which all are caught.
const FIRST_REAL_TIME: u8 = 32;

/// What a signal does that is neither handled nor ignored; `caught`: a Go-style runtime has handlers of its own (`initsig`).
fn default_action(signal: Signal, caught: bool) -> DefaultAction {
    match caught && (CAUGHT.contains(signal) || signal.number() >= FIRST_REAL_TIME) {
        true => DefaultAction::Ignore,
        false => signal.default_action(),
    }
}
