//! rename(2).

use std::sync::{Arc, MutexGuard};

use gopherix_abi::{Errno, FileType};

use super::dir::REMOVED;
use super::inode::{Inode, State, entry_cost};
use crate::error::{SysError, SysResult, fail};
use crate::vfs::{Name, RenameFlags};

/// The two directories of a rename, locked; `to` is `None` if they are one.
struct Parents<'a> {
    from: MutexGuard<'a, State>,
    to: Option<MutexGuard<'a, State>>,
}

impl Parents<'_> {
    fn to(&mut self) -> &mut State {
        self.to.as_mut().unwrap_or(&mut self.from)
    }
}

/// The inode numbers of two directories and of all above them. Empty where both are one directory, since then none of its
/// entries can be above it.
#[derive(Default)]
struct Ancestry {
    from: Vec<u64>,
    to: Vec<u64>,
}

impl Inode {
    /// Moves `name` from here to `to_name` in `to`. The errors come in the order in which Linux looks for them.
    pub(super) fn rename_to(&self, name: &Name, to: &Inode, to_name: &Name, flags: RenameFlags) -> SysResult<()> {
        if to.kind != FileType::Directory {
            return fail(Errno::ENOTDIR, "not a directory");
        }
        let _renames = self.fs.renames.lock();
        let mut ancestry = Ancestry::default();
        if self.ino != to.ino {
            ancestry = Ancestry { from: self.and_above(), to: to.and_above() };
        }
        let mut parents = self.lock_both(to, &ancestry);
        let Some(source) = parents.from.entries()?.names.get(name).cloned() else {
            return Err(SysError::bare(Errno::ENOENT));
        };
        if parents.to().nlink == 0 {
            return Err(REMOVED);
        }
        let victim = parents.to().entries()?.names.get(to_name).cloned();
        if victim.is_some() && flags.contains(RenameFlags::NOREPLACE) {
            return fail(Errno::EEXIST, "the new name is taken");
        }
        if ancestry.to.contains(&source.ino) {
            return fail(Errno::EINVAL, "a directory cannot move into itself");
        }
        match &victim {
            Some(victim) if Arc::ptr_eq(victim, &source) => return Ok(()),
            Some(victim) => self.replace(&source, victim, &ancestry)?,
            None => self.fs.quota.charge(entry_cost(to_name))?,
        }
        self.apply(parents, name, to, to_name, &source);
        Ok(())
    }

    /// Checks that `source` may take the place of `victim`, and unlinks that.
    fn replace(&self, source: &Inode, victim: &Inode, ancestry: &Ancestry) -> SysResult<()> {
        if ancestry.from.contains(&victim.ino) {
            return fail(Errno::ENOTEMPTY, "the new name holds the old one");
        }
        let now = self.fs.now();
        match (source.kind, victim.kind) {
            (FileType::Directory, FileType::Directory) => victim.lock().remove_empty(now),
            (FileType::Directory, _) => fail(Errno::ENOTDIR, "a directory cannot replace what is none"),
            (_, FileType::Directory) => fail(Errno::EISDIR, "only a directory can replace a directory"),
            _ => {
                victim.lock().unlinked(now);
                Ok(())
            }
        }
    }

    /// Moves the entry. The victim is unlinked, or the new entry paid for.
    fn apply(&self, mut parents: Parents<'_>, name: &Name, to: &Inode, to_name: &Name, source: &Arc<Inode>) {
        let now = self.fs.now();
        let is_dir = source.kind == FileType::Directory;
        if let Ok(entries) = parents.from.entries() {
            entries.names.remove(name);
            self.fs.quota.refund(entry_cost(name));
        }
        if is_dir {
            parents.from.nlink = parents.from.nlink.saturating_sub(1);
        }
        parents.from.modified(now);
        let target = parents.to();
        let replaced = target.entries().ok().and_then(|e| e.names.insert(to_name.into(), source.clone()));
        if is_dir && replaced.is_none() {
            target.nlink = target.nlink.saturating_add(1);
        }
        target.modified(now);
        let mut moved = source.lock();
        moved.ctime = now;
        if let (Ok(entries), Ok(to)) = (moved.entries(), to.shared()) {
            entries.parent = Arc::downgrade(&to);
        }
        drop(moved);
        drop(parents);
        // Freeing a large file takes time that the directories need not wait for.
        drop(replaced);
    }

    fn lock_both<'a>(&'a self, to: &'a Inode, ancestry: &Ancestry) -> Parents<'a> {
        if self.ino == to.ino {
            return Parents { from: self.lock(), to: None };
        }
        let self_first = ancestry.to.contains(&self.ino) || (!ancestry.from.contains(&to.ino) && self.ino < to.ino);
        if self_first {
            let from = self.lock();
            Parents { from, to: Some(to.lock()) }
        } else {
            let to = to.lock();
            Parents { from: self.lock(), to: Some(to) }
        }
    }

    /// The inode numbers of this directory and of all above it.
    fn and_above(&self) -> Vec<u64> {
        let mut inos = vec![self.ino];
        let mut above = self.parent();
        while let Some(dir) = above {
            inos.push(dir.ino);
            above = dir.parent();
        }
        inos
    }

    fn parent(&self) -> Option<Arc<Inode>> {
        self.lock().entries().ok()?.parent.upgrade()
    }
}
