//! Numbers, flags and wire structs shared by the kernel and its guests. No logic.
//!
//! The names are POSIX's; where WASI preview 1 spells a thing in another way, its wire form is in [`wasip1`]; [`gopherix`] has that of the project's own
//! module.
//! Neighbours: `gopherix-kernel` speaks these types, `gopherix-guest` turns wire numbers into them and back.

mod errno;
mod file;
pub mod gopherix;
mod id;
mod rights;
mod signal;
mod socket;
mod time;
mod tty;
pub mod wasip1;

pub use errno::Errno;
pub use file::{
    Access, AccessMode, Advice, AtFlags, DirEntry, FileType, Mode, OpenFlags, PollEvents, RwFlags, SockHow, Stat,
    Whence,
};
pub use id::{At, Fd, Pid, Tid};
pub use rights::Rights;
pub use signal::{DefaultAction, Signal};
pub use socket::{Interface, MsgFlags, SockAddr, SockFamily, SockType, UnixName, sockopt, unbound};
pub use time::{ClockId, SetTime, Timespec};
pub use tty::{Cc, InputModes, LocalModes, OutputModes, SetWhen, Termios, Winsize};
