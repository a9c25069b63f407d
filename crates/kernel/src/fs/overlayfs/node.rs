//! Nodes of an overlay, and finding them.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard, Weak};

use gopherix_abi::{Errno, FileType, Mode, Pid, SetTime, Stat};

use super::Shared;
use super::copy_up::Data;
use super::file::LayeredFile;
use crate::error::{SysError, SysResult, fail};
use crate::file::File;
use crate::sync::Lock;
use crate::vfs::{Directory, Found, Name, Node, NodeRef, OpenHow};

/// A node of either tree, or a directory of both.
///
/// Directories, and whatever is in the lower tree, exist once as long as anybody holds them, so that a copy-up is seen by
/// all. Files of the upper tree alone have nothing to remember, and are made anew for each look-up.
pub(super) struct Layered {
    pub(super) fs: Arc<Shared>,
    this: Weak<Layered>,
    /// The number shown.
    pub(super) ino: u64,
    pub(super) kind: FileType,
    /// Where a directory is in the lower tree, if it is.
    pub(super) lower_path: Box<[u8]>,
    layers: Lock<Layers>,
}

/// What may change of a node. At least one of `upper` and `lower` is there; both are for a merged directory only.
pub(super) struct Layers {
    pub(super) upper: Option<NodeRef>,
    pub(super) lower: Option<NodeRef>,
    /// Where it is; `None` for the root and for files of the upper tree alone.
    pub(super) place: Option<Place>,
    /// A directory that was removed, or a lower file that was unlinked.
    pub(super) gone: bool,
    pub(super) children: Children,
}

/// A name in a directory.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) dir: Arc<Layered>,
    pub(super) name: Box<[u8]>,
}

/// The children that somebody holds, to be found again.
#[derive(Default)]
pub(super) struct Children {
    map: BTreeMap<Box<[u8]>, Weak<Layered>>,
    live: usize,
}

impl Children {
    fn get(&self, name: &Name) -> Option<Arc<Layered>> {
        self.map.get(name)?.upgrade()
    }

    pub(super) fn insert(&mut self, name: &Name, node: &Arc<Layered>) {
        // Each sweep is paid for by as many insertions as there were live children after the last.
        if self.map.len() > self.live.saturating_mul(2).max(32) {
            self.map.retain(|_, child| child.strong_count() > 0);
            self.live = self.map.len();
        }
        self.map.insert(name.into(), Arc::downgrade(node));
    }

    pub(super) fn remove(&mut self, name: &Name) {
        self.map.remove(name);
    }
}

impl Layered {
    /// The root, of both trees.
    pub(super) fn root(fs: &Arc<Shared>, upper: NodeRef, lower: NodeRef) -> Arc<Self> {
        let ino = upper.stat().map_or(0, |s| fs.numbers.lock().shown(s.dev, s.ino));
        let is_new = upper.as_directory().is_some_and(|dir| dir.entries().is_ok_and(|e| e.is_empty()));
        if let (true, Ok(stat)) = (is_new, lower.stat()) {
            // As a directory's copy-up does. Without them the root shows the attributes of the upper tree's.
            let _ = upper.set_owner(Some(stat.uid), Some(stat.gid));
            let _ = upper.set_mode(stat.mode);
            let _ = upper.set_times(SetTime::At(stat.atime), SetTime::At(stat.mtime));
        }
        Self::new(fs, ino, FileType::Directory, Box::default(), (Some(upper), Some(lower)), None)
    }

    fn new(
        fs: &Arc<Shared>,
        ino: u64,
        kind: FileType,
        lower_path: Box<[u8]>,
        (upper, lower): (Option<NodeRef>, Option<NodeRef>),
        place: Option<Place>,
    ) -> Arc<Self> {
        let layers = Layers { upper, lower, place, gone: false, children: Children::default() };
        Arc::new_cyclic(|this| Layered {
            fs: fs.clone(),
            this: this.clone(),
            ino,
            kind,
            lower_path,
            layers: Lock::new(layers),
        })
    }

    /// The node's lock; see the module for the order.
    pub(super) fn lock(&self) -> MutexGuard<'_, Layers> {
        self.layers.lock()
    }

    /// Itself, shared.
    pub(super) fn shared(&self) -> SysResult<Arc<Layered>> {
        // It is always held by an `Arc` while it is called.
        self.this.upgrade().ok_or(SysError::new(Errno::EIO, "node is going away"))
    }

    /// A node as one of this overlay's.
    ///
    /// # Errors
    /// EXDEV.
    pub(super) fn own<'a>(&self, node: &'a NodeRef) -> SysResult<&'a Layered> {
        let any: &dyn Any = &**node;
        match any.downcast_ref::<Layered>() {
            Some(node) if Arc::ptr_eq(&node.fs, &self.fs) => Ok(node),
            _ => fail(Errno::EXDEV, "the other name is on another file system"),
        }
    }

    /// The copy in the upper tree, if there is one.
    pub(super) fn upper(&self) -> Option<NodeRef> {
        self.lock().upper.clone()
    }

    /// The node whose data and attributes are shown.
    pub(super) fn shown(&self) -> SysResult<NodeRef> {
        let layers = self.lock();
        layers
            .upper
            .as_ref()
            .or(layers.lower.as_ref())
            .cloned()
            .ok_or(SysError::new(Errno::EIO, "node without a layer"))
    }

    /// Finds an entry of this directory.
    ///
    /// # Errors
    /// ENOENT, ENOTDIR.
    pub(super) fn child(&self, name: &Name) -> SysResult<(Arc<Layered>, Option<Stat>)> {
        let mut layers = self.lock();
        if layers.gone {
            return Err(REMOVED);
        }
        if let Some(child) = layers.children.get(name) {
            return Ok((child, None));
        }
        let upper = find(layers.upper.as_ref(), name)?;
        let upper_is_dir = upper.as_ref().map(|(node, _)| node.kind() == FileType::Directory);
        let mut lower = None;
        if upper_is_dir != Some(false) && !self.fs.hidden.lock().contains(&self.lower_path, name) {
            lower = find(layers.lower.as_ref(), name)?;
        }
        if upper_is_dir == Some(true) {
            lower = lower.filter(|(node, _)| node.kind() == FileType::Directory);
        }
        let Some((node, stat)) = upper.as_ref().or(lower.as_ref()) else {
            return Err(SysError::bare(Errno::ENOENT));
        };
        let kind = node.kind();
        let ino = self.fs.numbers.lock().shown(stat.dev, stat.ino);
        let merged = upper.is_some() && lower.is_some();
        let stat = self.fs.show(*stat, ino, merged);
        let cached = kind == FileType::Directory || lower.is_some();
        let place = if cached { Some(Place { dir: self.shared()?, name: name.into() }) } else { None };
        let lower_path =
            if lower.is_some() && kind == FileType::Directory { self.lower_child(name) } else { Box::default() };
        let nodes = (upper.map(|(node, _)| node), lower.map(|(node, _)| node));
        let child = Self::new(&self.fs, ino, kind, lower_path, nodes, place);
        if cached {
            layers.children.insert(name, &child);
        }
        Ok((child, Some(stat)))
    }

    /// The node of a file that is in the upper tree alone.
    pub(super) fn of_upper(&self, upper: NodeRef) -> SysResult<Arc<Layered>> {
        let stat = upper.stat()?;
        let ino = self.fs.numbers.lock().shown(stat.dev, stat.ino);
        Ok(Self::new(&self.fs, ino, stat.kind, Box::default(), (Some(upper), None), None))
    }

    fn lower_child(&self, name: &Name) -> Box<[u8]> {
        if self.lower_path.is_empty() { name.into() } else { [&*self.lower_path, b"/", name].concat().into() }
    }
}

/// The error of a look-up or a change inside a directory that was removed.
pub(super) const REMOVED: SysError = SysError::new(Errno::ENOENT, "the directory was removed");

/// What a directory of one tree has under a name.
pub(super) fn find(dir: Option<&NodeRef>, name: &Name) -> SysResult<Option<(NodeRef, Stat)>> {
    let Some(dir) = dir else { return Ok(None) };
    match directory(dir)?.lookup(name) {
        Ok(Found { node, stat: Some(stat) }) => Ok(Some((node, stat))),
        Ok(Found { node, stat: None }) => {
            let stat = node.stat()?;
            Ok(Some((node, stat)))
        }
        Err(e) if e.errno == Errno::ENOENT => Ok(None),
        Err(e) => Err(e),
    }
}

/// The directory calls of a node.
///
/// # Errors
/// ENOTDIR.
pub(super) fn directory(node: &NodeRef) -> SysResult<&dyn Directory> {
    match node.as_directory() {
        Some(directory) => Ok(directory),
        None => fail(Errno::ENOTDIR, "not a directory"),
    }
}

impl Shared {
    /// Attributes as the overlay shows them.
    fn show(&self, stat: Stat, ino: u64, merged: bool) -> Stat {
        Stat { dev: self.dev, ino, nlink: if merged { 1 } else { stat.nlink }, ..stat }
    }
}

impl Drop for Layered {
    fn drop(&mut self) {
        // One by one: a path of any depth must not go away by recursion, which would use up the stack.
        let mut place = self.lock().place.take();
        while let Some(dir) = place.and_then(|p| Arc::into_inner(p.dir)) {
            place = dir.lock().place.take();
        }
    }
}

impl Node for Layered {
    fn kind(&self) -> FileType {
        self.kind
    }

    fn stat(&self) -> SysResult<Stat> {
        let (merged, gone) = {
            let layers = self.lock();
            (layers.upper.is_some() && layers.lower.is_some(), layers.gone)
        };
        let stat = self.fs.show(self.shown()?.stat()?, self.ino, merged);
        Ok(if gone { Stat { nlink: 0, ..stat } } else { stat })
    }

    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        match self.kind {
            FileType::Symlink => return fail(Errno::ELOOP, "a symbolic link cannot be opened"),
            FileType::Directory if how.write => return fail(Errno::EISDIR, "a directory cannot be written"),
            FileType::Directory => return Ok(LayeredFile::directory(self.shared()?)),
            FileType::Regular if how.write => {
                let data = if how.truncate { Data::Skip } else { Data::Copy };
                self.copy_up(&self.fs.change(), data)?;
            }
            _ if how.write && self.upper().is_none() => {
                return fail(Errno::EROFS, "a special file of the lower tree");
            }
            _ => {}
        }
        let node = self.shared()?;
        match self.upper() {
            Some(upper) => Ok(LayeredFile::upper(node, upper.open(how)?)),
            None => Ok(LayeredFile::lower(node, self.shown()?.open(how)?, how)),
        }
    }

    fn as_directory(&self) -> Option<&dyn Directory> {
        if self.kind == FileType::Directory { Some(self) } else { None }
    }

    fn readlink(&self, caller: Pid) -> SysResult<Vec<u8>> {
        self.shown()?.readlink(caller)
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        if (atime, mtime) == (SetTime::Omit, SetTime::Omit) {
            return Ok(());
        }
        let upper = self.copy_up(&self.fs.change(), Data::Copy)?;
        upper.set_times(atime, mtime)
    }

    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        self.copy_up(&self.fs.change(), Data::Copy)?.set_mode(mode)
    }

    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        self.copy_up(&self.fs.change(), Data::Copy)?.set_owner(uid, gid)
    }
}
