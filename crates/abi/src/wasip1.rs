//! WASI preview 1 on the wire: numbers, flag words, struct sizes and offsets.
//!
//! Source: the witx of `wasi_snapshot_preview1`. Sizes and offsets are in bytes, little-endian, in guest memory.

use crate::{FileType, OpenFlags, Signal};

/// The import module's name.
pub const MODULE: &str = "wasi_snapshot_preview1";

/// `filetype` numbers.
#[must_use]
pub const fn filetype(kind: FileType) -> u8 {
    match kind {
        FileType::Unknown | FileType::Fifo => 0,
        FileType::BlockDevice => 1,
        FileType::CharDevice => 2,
        FileType::Directory => 3,
        FileType::Regular => 4,
        FileType::SocketDgram => 5,
        FileType::SocketStream => 6,
        FileType::Symlink => 7,
    }
}

bitflags::bitflags! {
    /// `oflags` of path_open.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Oflags: u16 {
        /// Create if absent.
        const CREAT = 1;
        /// Fail unless a directory.
        const DIRECTORY = 2;
        /// Fail if present.
        const EXCL = 4;
        /// Truncate.
        const TRUNC = 8;
    }

    /// `fdflags`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Fdflags: u16 {
        /// Writes go to the end.
        const APPEND = 1;
        /// Data integrity.
        const DSYNC = 2;
        /// Do not wait.
        const NONBLOCK = 4;
        /// Reads wait for pending writes.
        const RSYNC = 8;
        /// File integrity.
        const SYNC = 16;
    }

    /// `lookupflags`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Lookupflags: u32 {
        /// Follow a symbolic link in the last component.
        const SYMLINK_FOLLOW = 1;
    }

    /// `fstflags` of the set_times calls.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Fstflags: u16 {
        /// Set the access time to the argument.
        const ATIM = 1;
        /// Set the access time to now.
        const ATIM_NOW = 2;
        /// Set the modification time to the argument.
        const MTIM = 4;
        /// Set the modification time to now.
        const MTIM_NOW = 8;
    }

    /// `riflags` of sock_recv.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Riflags: u16 {
        /// Leave the data in the queue.
        const RECV_PEEK = 1;
        /// Wait for all of it.
        const RECV_WAITALL = 2;
    }
}

const STATUS_FLAGS: [(Fdflags, OpenFlags); 5] = [
    (Fdflags::APPEND, OpenFlags::APPEND),
    (Fdflags::DSYNC, OpenFlags::DSYNC),
    (Fdflags::NONBLOCK, OpenFlags::NONBLOCK),
    (Fdflags::RSYNC, OpenFlags::RSYNC),
    (Fdflags::SYNC, OpenFlags::SYNC),
];

impl Fdflags {
    /// The status flags of fcntl(2) these stand for.
    #[must_use]
    pub fn to_status(self) -> OpenFlags {
        STATUS_FLAGS.iter().filter(|(w, _)| self.contains(*w)).map(|(_, o)| *o).collect()
    }

    /// From the status flags of fcntl(2); others are left out.
    #[must_use]
    pub fn from_status(status: OpenFlags) -> Self {
        STATUS_FLAGS.iter().filter(|(_, o)| status.contains(*o)).map(|(w, _)| *w).collect()
    }
}

/// Size of `iovec` and `ciovec`: pointer at 0, length at 4.
pub const IOVEC_SIZE: u32 = 8;
/// Size of `fdstat`: filetype at 0, fdflags at 2, base rights at 8, inheriting rights at 16.
pub const FDSTAT_SIZE: usize = 24;
/// Size of `filestat`: dev 0, ino 8, filetype 16, nlink 24, size 32, atim 40, mtim 48, ctim 56.
pub const FILESTAT_SIZE: usize = 64;
/// Size of `dirent`: next cookie at 0, ino at 8, name length at 16, type at 20.
pub const DIRENT_SIZE: usize = 24;
/// Size of `subscription`: userdata at 0, tag at 8, contents from 16.
pub const SUBSCRIPTION_SIZE: u32 = 48;
/// Size of `event`: userdata at 0, errno at 8, type at 10, bytes at 16, flags at 24.
pub const EVENT_SIZE: u32 = 32;
/// `subclockflags`: the timeout is a point in time, not a span.
pub const SUBSCRIPTION_CLOCK_ABSTIME: u16 = 1;
/// `eventrwflags`: the other end is gone.
pub const FD_READWRITE_HANGUP: u16 = 1;

/// `signal` numbers, which are not Linux's from 16 on; `None` for 0 ("none") and numbers that are no signal.
#[must_use]
pub fn signal(number: u8) -> Option<Signal> {
    // Linux has SIGSTKFLT at 16, and WASI goes on without it.
    match number {
        0..=15 => Signal::from_number(number),
        16..=30 => Signal::from_number(number.saturating_add(1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_linuxs_without_stkflt() {
        assert_eq!(signal(2), Some(Signal::SIGINT));
        assert_eq!(signal(16), Some(Signal::SIGCHLD));
        assert_eq!(signal(30), Some(Signal::SIGSYS));
        assert_eq!((signal(0), signal(31)), (None, None));
    }

    #[test]
    fn status_flags_round_trip() {
        for bits in 0..32 {
            let flags = Fdflags::from_bits(bits).unwrap();
            assert_eq!(Fdflags::from_status(flags.to_status()), flags);
        }
    }
}
