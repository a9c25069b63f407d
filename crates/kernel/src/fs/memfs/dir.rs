//! The calls on directories, but for rename.

use std::collections::btree_map::Entry;
use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, FileType, Mode, Timespec};

use super::content::Content;
use super::inode::{Body, Entries, INODE_COST, Inode, State, entry_cost};
use crate::error::{SysError, SysResult, fail};
use crate::file::File;
use crate::ipc::pipe::Fifo;
use crate::vfs::walk::PATH_MAX;
use crate::vfs::{Directory, Found, Name, NodeRef, OpenHow, RenameFlags};

/// The error of a change inside a directory that was removed.
pub(super) const REMOVED: SysError = SysError::new(Errno::ENOENT, "the directory was removed");

impl Inode {
    /// Makes an inode under a free name.
    fn add(&self, name: &Name, mode: Mode, body: Body) -> SysResult<Arc<Inode>> {
        let quota = &self.fs.quota;
        let target = if let Body::Symlink(target) = &body { target.len() } else { 0 };
        let cost = u64::try_from(target).unwrap_or(u64::MAX).saturating_add(INODE_COST);
        let mut state = self.lock();
        state.check_free(name)?;
        quota.charge(cost.saturating_add(entry_cost(name)))?;
        let inode = Inode::new(&self.fs, mode, body);
        state.entries()?.names.insert(name.into(), inode.clone());
        if inode.kind == FileType::Directory {
            state.nlink = state.nlink.saturating_add(1);
        }
        state.modified(self.fs.now());
        Ok(inode)
    }
}

impl State {
    /// Checks that a name can be added.
    fn check_free(&mut self, name: &Name) -> SysResult<()> {
        let live = self.nlink > 0;
        let entries = self.entries()?;
        match entries.names.contains_key(name) {
            _ if !live => Err(REMOVED),
            true => fail(Errno::EEXIST, "the name is taken"),
            false => Ok(()),
        }
    }

    /// Counts one hard link less of something that is no directory.
    pub(super) fn unlinked(&mut self, now: Timespec) {
        self.nlink = self.nlink.saturating_sub(1);
        self.ctime = now;
    }

    /// Marks a directory removed, if it is empty.
    ///
    /// # Errors
    /// ENOTEMPTY.
    pub(super) fn remove_empty(&mut self, now: Timespec) -> SysResult<()> {
        if !self.entries()?.names.is_empty() {
            return fail(Errno::ENOTEMPTY, "the directory is not empty");
        }
        self.nlink = 0;
        self.ctime = now;
        Ok(())
    }
}

impl Directory for Inode {
    fn lookup(&self, name: &Name) -> SysResult<Found> {
        let mut state = self.lock();
        match state.entries()?.names.get(name) {
            Some(inode) => {
                let node: NodeRef = inode.clone();
                Ok(node.into())
            }
            None => Err(SysError::bare(Errno::ENOENT)),
        }
    }

    fn create(&self, name: &Name, mode: Mode, _how: OpenHow) -> SysResult<(NodeRef, Arc<dyn File>)> {
        let inode = self.add(name, mode, Body::Regular(Content::default()))?;
        Ok((inode.clone(), inode))
    }

    fn mkdir(&self, name: &Name, mode: Mode) -> SysResult<()> {
        let parent = Arc::downgrade(&self.shared()?);
        self.add(name, mode, Body::Directory(Entries { parent, ..Entries::default() }))?;
        Ok(())
    }

    fn symlink(&self, name: &Name, target: &[u8]) -> SysResult<()> {
        if target.is_empty() {
            return fail(Errno::ENOENT, "empty target of a symbolic link");
        }
        if target.len() >= PATH_MAX {
            return fail(Errno::ENAMETOOLONG, "target longer than PATH_MAX");
        }
        self.add(name, Mode(0o777), Body::Symlink(target.into()))?;
        Ok(())
    }

    fn mkfifo(&self, name: &Name, mode: Mode) -> SysResult<()> {
        self.add(name, mode, Body::Fifo(Fifo::new()))?;
        Ok(())
    }

    fn mksock(&self, name: &Name, mode: Mode) -> SysResult<()> {
        self.add(name, mode, Body::Socket)?;
        Ok(())
    }

    fn link(&self, name: &Name, target: &NodeRef) -> SysResult<()> {
        let mut state = self.lock();
        state.check_free(name)?;
        let target = self.own(target)?;
        if target.kind == FileType::Directory {
            return fail(Errno::EPERM, "a directory cannot have hard links");
        }
        let inode = target.shared()?;
        let mut linked = target.lock();
        if linked.nlink == 0 {
            return fail(Errno::ENOENT, "the file was unlinked");
        }
        self.fs.quota.charge(entry_cost(name))?;
        state.entries()?.names.insert(name.into(), inode.clone());
        let now = self.fs.now();
        linked.nlink = linked.nlink.saturating_add(1);
        linked.ctime = now;
        state.modified(now);
        Ok(())
    }

    fn unlink(&self, name: &Name) -> SysResult<()> {
        let mut state = self.lock();
        let Entry::Occupied(entry) = state.entries()?.names.entry(name.into()) else {
            return Err(SysError::bare(Errno::ENOENT));
        };
        if entry.get().kind == FileType::Directory {
            return fail(Errno::EISDIR, "unlink of a directory");
        }
        let inode = entry.remove();
        let now = self.fs.now();
        self.fs.quota.refund(entry_cost(name));
        state.modified(now);
        inode.lock().unlinked(now);
        // Freeing a large file takes time that the directory need not wait for.
        drop(state);
        drop(inode);
        Ok(())
    }

    fn rmdir(&self, name: &Name) -> SysResult<()> {
        let mut state = self.lock();
        let Entry::Occupied(entry) = state.entries()?.names.entry(name.into()) else {
            return Err(SysError::bare(Errno::ENOENT));
        };
        let now = self.fs.now();
        if entry.get().kind != FileType::Directory {
            return fail(Errno::ENOTDIR, "rmdir of what is not a directory");
        }
        entry.get().lock().remove_empty(now)?;
        entry.remove();
        self.fs.quota.refund(entry_cost(name));
        state.nlink = state.nlink.saturating_sub(1);
        state.modified(now);
        Ok(())
    }

    fn rename(&self, name: &Name, to: &NodeRef, to_name: &Name, flags: RenameFlags) -> SysResult<()> {
        self.rename_to(name, self.own(to)?, to_name, flags)
    }

    fn entries(&self) -> SysResult<Vec<DirEntry>> {
        File::entries(self)
    }
}
