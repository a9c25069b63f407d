//! What the table says of a call, and the page made of it.

use super::SYSCALLS;

/// What a system call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Open files.
    File,
    /// Names.
    Path,
    /// Readiness.
    Poll,
    /// Processes and threads.
    Process,
    /// Signals.
    Signal,
    /// Clocks and sleeping.
    Time,
    /// Entropy.
    Random,
    /// Sockets.
    Socket,
    /// Terminals.
    Tty,
}

impl Family {
    /// All of them.
    pub const ALL: &'static [Family] = &[
        Family::File,
        Family::Path,
        Family::Poll,
        Family::Process,
        Family::Signal,
        Family::Time,
        Family::Random,
        Family::Socket,
        Family::Tty,
    ];

    /// The name `--trace=` takes, and of the folder of its conformance tests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Family::File => "file",
            Family::Path => "path",
            Family::Poll => "poll",
            Family::Process => "process",
            Family::Signal => "signal",
            Family::Time => "time",
            Family::Random => "random",
            Family::Socket => "socket",
            Family::Tty => "tty",
        }
    }

    pub(crate) const fn bit(self) -> u32 {
        match self {
            Family::File => 1,
            Family::Path => 2,
            Family::Poll => 4,
            Family::Process => 8,
            Family::Signal => 16,
            Family::Time => 32,
            Family::Random => 64,
            Family::Socket => 128,
            Family::Tty => 256,
        }
    }
}

/// How far a call is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// As the man page says.
    Full,
    /// With the deviations its note names.
    Partial,
}

/// One system call.
#[derive(Debug)]
pub struct SyscallInfo {
    /// Its name, as in the man pages.
    pub name: &'static str,
    /// Its number: its place in [`SYSCALLS`].
    pub number: u16,
    /// What it is about.
    pub family: Family,
    /// Whether it may wait.
    pub blocking: bool,
    /// How far it is supported.
    pub support: Support,
    /// Deviations; empty where there are none.
    pub note: &'static str,
    /// The man page or specification.
    pub source: &'static str,
    /// The imported functions that come here; of WASI preview 1 where no module is named.
    pub imports: &'static [&'static str],
}

/// SYSCALLS.md: the table as a page.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# System calls\n\nMade from `crates/kernel/src/table.rs` by `gopherix syscalls --markdown`; do not edit.\n\n\
         | # | call | family | waits | support | imports | source | note |\n|---|---|---|---|---|---|---|---|\n",
    );
    for call in SYSCALLS {
        let waits = if call.blocking { "yes" } else { "" };
        let support = match call.support {
            Support::Full => "full",
            Support::Partial => "partial",
        };
        let wasi = call.imports.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" ");
        page.push_str(&format!(
            "| {} | `{}` | {} | {waits} | {support} | {wasi} | {} | {} |\n",
            call.number,
            call.name,
            call.family.name(),
            call.source,
            call.note
        ));
    }
    page
}
