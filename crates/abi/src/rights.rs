//! Rights of a descriptor, as WASI preview 1 numbers them and FreeBSD's rights(4) means them.

bitflags::bitflags! {
    /// What may be done with a descriptor. Operations without their right answer ENOTCAPABLE.
    /// Source: WASI preview 1 witx, `rights`. Bits outside it are refused when set by a guest.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Rights: u64 {
        /// fdatasync.
        const FD_DATASYNC = 1 << 0;
        /// read, and pread together with `FD_SEEK`.
        const FD_READ = 1 << 1;
        /// lseek; implies `FD_TELL`.
        const FD_SEEK = 1 << 2;
        /// Setting the status flags.
        const FD_FDSTAT_SET_FLAGS = 1 << 3;
        /// fsync.
        const FD_SYNC = 1 << 4;
        /// lseek that leaves the offset where it is.
        const FD_TELL = 1 << 5;
        /// write, and pwrite together with `FD_SEEK`.
        const FD_WRITE = 1 << 6;
        /// posix_fadvise.
        const FD_ADVISE = 1 << 7;
        /// posix_fallocate.
        const FD_ALLOCATE = 1 << 8;
        /// mkdirat.
        const PATH_CREATE_DIRECTORY = 1 << 9;
        /// openat with O_CREAT.
        const PATH_CREATE_FILE = 1 << 10;
        /// linkat, with this directory as the source's.
        const PATH_LINK_SOURCE = 1 << 11;
        /// linkat, with this directory as the target's.
        const PATH_LINK_TARGET = 1 << 12;
        /// openat.
        const PATH_OPEN = 1 << 13;
        /// getdents.
        const FD_READDIR = 1 << 14;
        /// readlinkat.
        const PATH_READLINK = 1 << 15;
        /// renameat, with this directory as the source's.
        const PATH_RENAME_SOURCE = 1 << 16;
        /// renameat, with this directory as the target's.
        const PATH_RENAME_TARGET = 1 << 17;
        /// fstatat.
        const PATH_FILESTAT_GET = 1 << 18;
        /// openat with O_TRUNC.
        const PATH_FILESTAT_SET_SIZE = 1 << 19;
        /// utimensat.
        const PATH_FILESTAT_SET_TIMES = 1 << 20;
        /// fstat.
        const FD_FILESTAT_GET = 1 << 21;
        /// ftruncate.
        const FD_FILESTAT_SET_SIZE = 1 << 22;
        /// futimens.
        const FD_FILESTAT_SET_TIMES = 1 << 23;
        /// symlinkat.
        const PATH_SYMLINK = 1 << 24;
        /// unlinkat with AT_REMOVEDIR.
        const PATH_REMOVE_DIRECTORY = 1 << 25;
        /// unlinkat without AT_REMOVEDIR.
        const PATH_UNLINK_FILE = 1 << 26;
        /// poll on a file, for what `FD_READ` and `FD_WRITE` permit.
        const POLL_FD_READWRITE = 1 << 27;
        /// shutdown.
        const SOCK_SHUTDOWN = 1 << 28;
        /// accept.
        const SOCK_ACCEPT = 1 << 29;
    }
}
