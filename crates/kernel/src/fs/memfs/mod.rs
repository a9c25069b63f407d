//! A file system in memory, with the semantics of Linux's tmpfs as root sees it.
//!
//! Key types: [`MemFs`] is what is mounted; an `Inode` is node and open file at once, since an open file here has no state
//! of its own; `Content` holds a regular file's bytes in chunks, so that holes cost nothing; `Quota` counts what is taken.
//! Neighbours: `vfs` walks the tree, `file::OpenFile` keeps offsets and access modes, overlayfs uses a [`MemFs`] as its
//! upper tree.
//!
//! Access times follow relatime (mount(8)) without its once-a-day rule: a read sets atime only if it is not newer than
//! mtime and ctime. Mode bits and owners are kept and shown, and nobody checks them here: the kernel has one user, to whom
//! everything that is made belongs.
//!
//! A file that was unlinked, or a directory that was removed, lives until its last handle is gone. Directories are sorted
//! by name, so a listing's order depends on nothing but the names.
//!
//! Lock order: the rename lock → directories, ancestors before descendants → other inodes. Only a rename holds two
//! directories neither of which is the other's parent. It holds the rename lock then, so that no ancestry can change; it
//! locks unrelated directories by inode number.

mod attr;
mod content;
mod dir;
mod inode;
mod rename;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gopherix_abi::{Errno, Mode, Timespec};

pub use self::attr::Owner;
use self::inode::{Body, Inode};
use crate::error::{SysResult, fail};
use crate::sync::Lock;
use crate::vfs::{FileSystem, FsInfo, NodeRef};

/// Tells the wall time ([`Platform::wall_time`](crate::platform::Platform::wall_time)).
pub type Clock = Arc<dyn Fn() -> Timespec + Send + Sync>;

/// A file system in memory.
pub struct MemFs {
    shared: Arc<Shared>,
    root: Arc<Inode>,
}

impl MemFs {
    /// An empty file system whose root directory has mode 0755.
    ///
    /// `limit_bytes` bounds the memory that a guest can take here: the chunks of its files (from 512 bytes to 64 KiB each),
    /// the targets of symbolic links, and a flat price for every inode and name. What does not fit answers ENOSPC.
    #[must_use]
    pub fn new(clock: Clock, limit_bytes: Option<u64>) -> Self {
        MemFs::owned_by(Owner::default(), clock, limit_bytes)
    }

    /// The same, of one user: the root directory and whatever is made in it belong to `owner`.
    #[must_use]
    pub fn owned_by(owner: Owner, clock: Clock, limit_bytes: Option<u64>) -> Self {
        let shared = Arc::new(Shared {
            dev: super::dev::next_dev(),
            owner,
            clock,
            next_ino: AtomicU64::new(1),
            quota: Quota { limit: limit_bytes, used: AtomicU64::new(0) },
            renames: Lock::new(()),
        });
        let root = Inode::new(&shared, Mode(0o755), Body::directory());
        MemFs { shared, root }
    }

    /// Bytes that count against the limit now.
    #[must_use]
    pub fn used_bytes(&self) -> u64 {
        self.shared.quota.used.load(Ordering::Relaxed)
    }
}

impl FileSystem for MemFs {
    fn root(&self) -> NodeRef {
        self.root.clone()
    }

    fn info(&self) -> FsInfo {
        FsInfo { kind: "memfs", source: "memfs".into(), read_only: false }
    }
}

/// What all inodes of one file system share.
struct Shared {
    dev: u64,
    owner: Owner,
    clock: Clock,
    next_ino: AtomicU64,
    quota: Quota,
    renames: Lock<()>,
}

impl Shared {
    fn now(&self) -> Timespec {
        (self.clock)()
    }
}

/// The bytes taken, and how many may be.
struct Quota {
    limit: Option<u64>,
    used: AtomicU64,
}

impl Quota {
    /// Takes `bytes`.
    ///
    /// # Errors
    /// ENOSPC; then nothing is taken.
    fn charge(&self, bytes: u64) -> SysResult<()> {
        let limit = self.limit.unwrap_or(u64::MAX);
        let add = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= limit);
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add) {
            Ok(_) => Ok(()),
            Err(_) => fail(Errno::ENOSPC, "the file system in memory is at its limit"),
        }
    }

    /// Gives back what [`Quota::charge`] took.
    fn refund(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}
