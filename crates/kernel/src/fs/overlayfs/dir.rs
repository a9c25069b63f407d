//! The calls on directories of an overlay, but for rename.

use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, FileType, Mode, SetTime};

use super::Change;
use super::copy_up::Data;
use super::file::LayeredFile;
use super::node::{Layered, REMOVED, directory, find};
use crate::error::{SysResult, fail};
use crate::file::File;
use crate::vfs::{Directory, Found, Name, NodeRef, OpenHow, RenameFlags};

impl Layered {
    /// All entries, sorted by name.
    pub(super) fn list(&self) -> SysResult<Vec<DirEntry>> {
        let (upper, lower) = {
            let layers = self.lock();
            if layers.gone {
                return Ok(Vec::new());
            }
            (layers.upper.clone(), layers.lower.clone())
        };
        let mut entries = self.list_layer(upper.as_ref())?;
        if lower.is_some() {
            let mut taken = self.fs.hidden.lock().names(&self.lower_path);
            taken.extend(entries.iter().map(|e| e.name.clone()));
            let below = self.list_layer(lower.as_ref())?;
            entries.extend(below.into_iter().filter(|e| !taken.contains(&e.name)));
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// The entries of one layer, with the numbers that are shown.
    fn list_layer(&self, dir: Option<&NodeRef>) -> SysResult<Vec<DirEntry>> {
        let Some(dir) = dir else { return Ok(Vec::new()) };
        let dev = dir.stat()?.dev;
        let mut entries = directory(dir)?.entries()?;
        let mut numbers = self.fs.numbers.lock();
        // 0 means that only a stat would tell.
        for entry in entries.iter_mut().filter(|e| e.ino != 0) {
            entry.ino = numbers.shown(dev, entry.ino);
        }
        Ok(entries)
    }

    /// Checks that a name can be added.
    fn check_free(&self, name: &Name) -> SysResult<()> {
        if self.lock().gone {
            return Err(REMOVED);
        }
        match self.child(name) {
            Ok(_) => fail(Errno::EEXIST, "the name is taken"),
            Err(e) if e.errno == Errno::ENOENT => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// Whether the lower tree has a name here that must be hidden once the upper tree's is gone.
    pub(super) fn lower_has(&self, name: &Name) -> SysResult<bool> {
        let lower = self.lock().lower.clone();
        Ok(find(lower.as_ref(), name)?.is_some())
    }

    /// Removes an entry whose kind was checked.
    fn remove(&self, held: &Change<'_>, name: &Name, child: &Layered, by: Removal) -> SysResult<()> {
        let dir = self.copy_up(held, Data::Copy)?;
        let hide = self.lower_has(name)?;
        let mut layers = self.lock();
        let upper = child.upper();
        match &upper {
            Some(upper) => {
                let before = upper.stat()?;
                by(directory(&dir)?, name)?;
                self.fs.numbers.lock().unlinked(&before);
            }
            None => dir.set_times(SetTime::Omit, SetTime::Now)?,
        }
        if hide {
            self.fs.hidden.lock().insert(&self.lower_path, name);
        }
        layers.children.remove(name);
        drop(layers);
        child.removed(upper.is_none());
        Ok(())
    }

    /// Marks a node removed, if that is not the upper tree's to know.
    pub(super) fn removed(&self, lower_only: bool) {
        if self.kind != FileType::Directory && !lower_only {
            return;
        }
        let merged = {
            let mut layers = self.lock();
            layers.gone = true;
            layers.lower.is_some()
        };
        if merged && self.kind == FileType::Directory {
            self.fs.hidden.lock().forget_below(&self.lower_path);
        }
    }
}

/// `unlink` or `rmdir` of the upper tree.
type Removal = fn(&dyn Directory, &Name) -> SysResult<()>;

impl Directory for Layered {
    fn lookup(&self, name: &Name) -> SysResult<Found> {
        let (node, stat) = self.child(name)?;
        Ok(Found { node, stat })
    }

    fn create(&self, name: &Name, mode: Mode, how: OpenHow) -> SysResult<(NodeRef, Arc<dyn File>)> {
        let held = self.fs.change();
        self.check_free(name)?;
        let dir = self.copy_up(&held, Data::Copy)?;
        let (node, file) = directory(&dir)?.create(name, mode, how)?;
        let node = self.of_upper(node)?;
        Ok((node.clone(), LayeredFile::upper(node, file)))
    }

    fn mkdir(&self, name: &Name, mode: Mode) -> SysResult<()> {
        let held = self.fs.change();
        self.check_free(name)?;
        directory(&self.copy_up(&held, Data::Copy)?)?.mkdir(name, mode)
    }

    fn symlink(&self, name: &Name, target: &[u8]) -> SysResult<()> {
        let held = self.fs.change();
        self.check_free(name)?;
        directory(&self.copy_up(&held, Data::Copy)?)?.symlink(name, target)
    }

    fn mksock(&self, name: &Name, mode: Mode) -> SysResult<()> {
        let held = self.fs.change();
        self.check_free(name)?;
        directory(&self.copy_up(&held, Data::Copy)?)?.mksock(name, mode)
    }

    fn link(&self, name: &Name, target: &NodeRef) -> SysResult<()> {
        let held = self.fs.change();
        self.check_free(name)?;
        let target = self.own(target)?;
        if target.kind == FileType::Directory {
            return fail(Errno::EPERM, "a directory cannot have hard links");
        }
        let target = target.copy_up(&held, Data::Copy)?;
        directory(&self.copy_up(&held, Data::Copy)?)?.link(name, &target)
    }

    fn unlink(&self, name: &Name) -> SysResult<()> {
        let held = self.fs.change();
        let (child, _) = self.child(name)?;
        if child.kind == FileType::Directory {
            return fail(Errno::EISDIR, "unlink of a directory");
        }
        self.remove(&held, name, &child, |dir, name| dir.unlink(name))
    }

    fn rmdir(&self, name: &Name) -> SysResult<()> {
        let held = self.fs.change();
        let (child, _) = self.child(name)?;
        if child.kind != FileType::Directory {
            return fail(Errno::ENOTDIR, "rmdir of what is not a directory");
        }
        if !child.list()?.is_empty() {
            return fail(Errno::ENOTEMPTY, "the directory is not empty");
        }
        self.remove(&held, name, &child, |dir, name| dir.rmdir(name))
    }

    fn rename(&self, name: &Name, to: &NodeRef, to_name: &Name, flags: RenameFlags) -> SysResult<()> {
        self.rename_to(name, self.own(to)?, to_name, flags)
    }

    fn entries(&self) -> SysResult<Vec<DirEntry>> {
        self.list()
    }
}
