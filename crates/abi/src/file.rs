//! Files: types, modes, flags, attributes.

use crate::Timespec;

/// The type of a file (the `S_IFMT` part of inode(7)'s mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileType {
    /// `S_IFREG`.
    Regular,
    /// `S_IFDIR`.
    Directory,
    /// `S_IFLNK`.
    Symlink,
    /// `S_IFCHR`.
    CharDevice,
    /// `S_IFBLK`.
    BlockDevice,
    /// `S_IFIFO`.
    Fifo,
    /// `S_IFSOCK`: a stream socket.
    SocketStream,
    /// `S_IFSOCK`: a datagram socket.
    SocketDgram,
    /// None of the above.
    Unknown,
}

/// Permission bits (inode(7)), `0o7777` at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mode(pub u16);

impl Mode {
    /// All permission bits: set-user-id, set-group-id, sticky, and read, write, execute for each class.
    pub const ALL: Mode = Mode(0o7777);
    /// Set-user-id (`S_ISUID`).
    pub const SUID: Mode = Mode(0o4000);
    /// Set-group-id (`S_ISGID`).
    pub const SGID: Mode = Mode(0o2000);
    /// Execution by the group (`S_IXGRP`).
    pub const XGRP: Mode = Mode(0o010);
    /// Execution by anybody.
    pub const EXEC: Mode = Mode(0o111);

    /// These bits less those of `mask`.
    #[must_use]
    pub const fn without(self, mask: Mode) -> Mode {
        Mode(self.0 & !mask.0)
    }

    /// These bits that are also in `mask`.
    #[must_use]
    pub const fn within(self, mask: Mode) -> Mode {
        Mode(self.0 & mask.0)
    }

    /// Whether one of `mask`'s bits is set.
    #[must_use]
    pub const fn intersects(self, mask: Mode) -> bool {
        self.0 & mask.0 != 0
    }
}

/// What an open file description may do (`O_ACCMODE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessMode {
    /// O_RDONLY.
    ReadOnly,
    /// O_WRONLY.
    WriteOnly,
    /// O_RDWR.
    ReadWrite,
    /// Neither: metadata only, as with O_PATH.
    None,
}

impl AccessMode {
    /// May read data.
    #[must_use]
    pub const fn reads(self) -> bool {
        matches!(self, AccessMode::ReadOnly | AccessMode::ReadWrite)
    }

    /// May write data.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(self, AccessMode::WriteOnly | AccessMode::ReadWrite)
    }

    /// From the two questions it answers.
    #[must_use]
    pub const fn new(reads: bool, writes: bool) -> Self {
        match (reads, writes) {
            (true, true) => AccessMode::ReadWrite,
            (true, false) => AccessMode::ReadOnly,
            (false, true) => AccessMode::WriteOnly,
            (false, false) => AccessMode::None,
        }
    }
}

bitflags::bitflags! {
    /// Flags of open(2) besides the access mode, with Linux's x86-64 values.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct OpenFlags: u32 {
        /// Create the file if it does not exist.
        const CREAT = 0o100;
        /// Fail if it exists.
        const EXCL = 0o200;
        /// Truncate to size 0.
        const TRUNC = 0o1000;
        /// Every write goes to the end.
        const APPEND = 0o2000;
        /// Calls that would wait answer EAGAIN.
        const NONBLOCK = 0o4000;
        /// Data integrity completion of each write.
        const DSYNC = 0o10000;
        /// Fail unless it is a directory.
        const DIRECTORY = 0o200_000;
        /// Fail with ELOOP if the last component is a symbolic link.
        const NOFOLLOW = 0o400_000;
        /// Close on exec.
        const CLOEXEC = 0o2_000_000;
        /// File integrity completion of each write.
        const SYNC = 0o4_000_000;
        /// WASI's RSYNC: reads wait for pending writes. Linux gives it the value of `SYNC`; here it has a bit of its own.
        const RSYNC = 0o100_000_000;
    }
}

impl OpenFlags {
    /// The flags fcntl(F_SETFL) may change.
    pub const STATUS: OpenFlags = OpenFlags::APPEND
        .union(OpenFlags::NONBLOCK)
        .union(OpenFlags::DSYNC)
        .union(OpenFlags::SYNC)
        .union(OpenFlags::RSYNC);
}

bitflags::bitflags! {
    /// Flags of the `*at` calls.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct AtFlags: u32 {
        /// Do not follow a symbolic link in the last component.
        const SYMLINK_NOFOLLOW = 0x100;
        /// unlinkat removes a directory.
        const REMOVEDIR = 0x200;
        /// linkat follows a symbolic link in the last component of the source.
        const SYMLINK_FOLLOW = 0x400;
    }
}

bitflags::bitflags! {
    /// What access(2) asks for; nothing of it asks whether the file is there (F_OK). Each of the three classes of a mode has
    /// these bits.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Access: u16 {
        /// X_OK: execute it, or search it.
        const EXEC = 1;
        /// W_OK.
        const WRITE = 2;
        /// R_OK.
        const READ = 4;
    }
}

bitflags::bitflags! {
    /// Flags of preadv2(2), with Linux's values.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct RwFlags: u32 {
        /// RWF_NOWAIT: EAGAIN instead of waiting, whatever the description's O_NONBLOCK says.
        const NOWAIT = 8;
    }
}

bitflags::bitflags! {
    /// Events of poll(2), with Linux's values.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct PollEvents: u16 {
        /// There is data to read, or the end of the stream.
        const IN = 0x1;
        /// Writing will not wait.
        const OUT = 0x4;
        /// An error is pending.
        const ERR = 0x8;
        /// The other end is gone.
        const HUP = 0x10;
        /// The descriptor is not open.
        const NVAL = 0x20;
    }
}

/// Attributes of a file (stat(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The file system's number.
    pub dev: u64,
    /// The file's number within it.
    pub ino: u64,
    /// Hard links.
    pub nlink: u64,
    /// The type.
    pub kind: FileType,
    /// The permission bits.
    pub mode: Mode,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes; for a symbolic link the length of its target.
    pub size: u64,
    /// Blocks of 512 bytes taken.
    pub blocks: u64,
    /// Last access.
    pub atime: Timespec,
    /// Last change of the data.
    pub mtime: Timespec,
    /// Last change of the attributes.
    pub ctime: Timespec,
}

/// One entry of a directory (getdents(2)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// The file's number; 0 where the file system cannot tell without a stat.
    pub ino: u64,
    /// The type; `Unknown` where the file system cannot tell without a stat.
    pub kind: FileType,
    /// The name: bytes without `/` and NUL.
    pub name: Box<[u8]>,
}

/// Where lseek(2) counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whence {
    /// The start.
    Set,
    /// The present offset.
    Cur,
    /// The end.
    End,
}

/// What a program says of its use of a range (posix_fadvise(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Advice {
    /// No advice.
    Normal,
    /// In order.
    Sequential,
    /// In no order.
    Random,
    /// Soon.
    WillNeed,
    /// Not soon.
    DontNeed,
    /// Once.
    NoReuse,
}

bitflags::bitflags! {
    /// Which halves of a connection shutdown(2) ends.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct SockHow: u8 {
        /// Receiving.
        const RD = 1;
        /// Sending.
        const WR = 2;
    }
}
