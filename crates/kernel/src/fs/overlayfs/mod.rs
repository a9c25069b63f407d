//! Writes over a read-only tree (Linux's overlayfs).
//!
//! An [`OverlayFs`] shows two trees as one: what is in the upper one hides what the lower one has under the same name,
//! directories of both are merged. The lower tree is never written, in no way: a file is copied to the upper tree before it
//! is first written, truncated, linked, renamed or given times ("copy-up"), and a removed lower name is remembered as hidden.
//!
//! Key types: `Layered` is a node (which knows its place, so that its directories can be copied up too), `LayeredFile` an
//! open file, `Hidden` the removed lower names, `Numbers` the inode numbers. Neighbours: any two file systems; usually the
//! upper one is a memfs and the lower one a host directory.
//!
//! **Hidden names are the overlay's own state**, not entries of the upper tree: a [`FileSystem`] has no place for them that
//! guests could not name or list (no extended attributes, no device nodes), and a reserved name would be a name that a
//! guest may well use (`.wh.` in a container image's layers). So an overlay lives as long as the kernel, and its upper tree
//! should be a new one. There are no opaque directories besides: a name that was hidden stays hidden when something new
//! takes it, and what is hidden is not merged.
//!
//! What differs from a plain file system, mostly as on Linux:
//! - A lower file's other hard links keep the old content after its copy-up; it then has one link.
//! - A directory of both trees has an nlink of 1, which find(1) and fts(3) take for "unknown".
//! - Renaming a lower directory copies it up whole; one too large for that ([`COPY_UP_ENTRIES`], [`COPY_UP_BYTES`]) answers
//!   EXDEV, and programs copy it themselves. Linux answers EXDEV always, for which `os.Rename` of Go has no way out.
//! - An inode's number stays the same through copy-up and rename. A descriptor that was open for reading sees what is
//!   written after the copy-up (on Linux it goes on reading the lower file).
//! - A lower file that was removed while open can be read on, but can no longer be copied up (ENOENT).
//!
//! The upper file system's nodes must stay with their file when that is renamed, as memfs' do.
//!
//! Lock order: the change lock, held by whatever changes the tree, copies included → a node's layers (two at once only
//! under the change lock) → hidden names, numbers → the two file systems' own.

mod copy_up;
mod dir;
mod file;
mod node;
mod rename;
mod state;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use self::copy_up::{COPY_UP_BYTES, COPY_UP_ENTRIES};
use self::node::Layered;
use self::state::{Hidden, Numbers};
use crate::sync::Lock;
use crate::vfs::{FileSystem, FsInfo, NodeRef};

/// A file system made of an upper, writable tree over a lower, read-only one.
pub struct OverlayFs {
    root: Arc<Layered>,
    upper: Arc<dyn FileSystem>,
    /// Keeps the lower file system as long as this one.
    _lower: Arc<dyn FileSystem>,
}

impl OverlayFs {
    /// Lays `upper` over `lower`. Nothing else may change either of them while the overlay is in use.
    #[must_use]
    pub fn new(lower: Arc<dyn FileSystem>, upper: Arc<dyn FileSystem>) -> Self {
        let shared = Arc::new(Shared {
            dev: super::dev::next_dev(),
            changes: Lock::new(()),
            hidden: Lock::new(Hidden::default()),
            numbers: Lock::new(Numbers::default()),
        });
        let root = Layered::root(&shared, upper.root(), lower.root());
        OverlayFs { root, upper, _lower: lower }
    }
}

impl FileSystem for OverlayFs {
    fn root(&self) -> NodeRef {
        self.root.clone()
    }

    fn info(&self) -> FsInfo {
        FsInfo { kind: "overlay", source: "overlay".into(), read_only: self.upper.info().read_only }
    }
}

/// What all nodes of one overlay share.
struct Shared {
    dev: u64,
    /// Held while the tree is changed or a file copied up. Look-ups go on meanwhile.
    changes: Lock<()>,
    hidden: Lock<Hidden>,
    numbers: Lock<Numbers>,
}

/// Shows that the change lock is held.
struct Change<'a>(#[expect(dead_code, reason = "held, not looked at")] std::sync::MutexGuard<'a, ()>);

impl Shared {
    fn change(&self) -> Change<'_> {
        Change(self.changes.lock())
    }
}
