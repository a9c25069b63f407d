//! Inodes: what is common to all kinds, the calls on nodes, and the calls on open files.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, Weak};

use gopherix_abi::{DirEntry, Errno, FileType, Mode, Pid, SetTime, Stat, Timespec};

use super::Shared;
use super::attr::Owner;
use super::content::Content;
use crate::error::{SysError, SysResult, fail};
use crate::file::File;
use crate::ipc::pipe::Fifo;
use crate::sync::Lock;
use crate::vfs::{Directory, Node, NodeRef, OpenHow};

/// What the quota is charged for an inode besides its content.
pub(super) const INODE_COST: u64 = 512;
/// What the quota is charged for a directory entry besides its name.
const ENTRY_COST: u64 = 64;
/// What tmpfs says a directory entry takes (`BOGO_DIRENT_SIZE` in Linux).
const ENTRY_SIZE: u64 = 20;

/// What the quota is charged for a directory entry.
pub(super) fn entry_cost(name: &[u8]) -> u64 {
    ENTRY_COST.saturating_add(len_u64(name.len()))
}

/// A file of any kind.
pub(super) struct Inode {
    pub(super) fs: Arc<Shared>,
    this: Weak<Inode>,
    pub(super) ino: u64,
    pub(super) kind: FileType,
    state: Lock<State>,
}

/// What may change of an inode.
pub(super) struct State {
    /// Hard links; 0 once it has no name. Directories count `.`, and the `..` of each subdirectory.
    pub(super) nlink: u64,
    pub(super) mode: Mode,
    pub(super) owner: Owner,
    pub(super) atime: Timespec,
    pub(super) mtime: Timespec,
    pub(super) ctime: Timespec,
    pub(super) body: Body,
}

pub(super) enum Body {
    Regular(Content),
    Directory(Entries),
    Symlink(Box<[u8]>),
    Fifo(Fifo),
    Socket,
}

/// A directory's content.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) names: BTreeMap<Box<[u8]>, Arc<Inode>>,
    /// The directory that holds this one; nothing for the root. Changes under the rename lock only.
    pub(super) parent: Weak<Inode>,
}

impl Body {
    pub(super) fn directory() -> Self {
        Body::Directory(Entries::default())
    }

    fn kind(&self) -> FileType {
        match self {
            Body::Regular(_) => FileType::Regular,
            Body::Directory(_) => FileType::Directory,
            Body::Symlink(_) => FileType::Symlink,
            Body::Fifo(_) => FileType::Fifo,
            Body::Socket => FileType::SocketStream,
        }
    }

    /// What the quota is charged for it, entries of a directory included.
    fn cost(&self) -> u64 {
        match self {
            Body::Regular(content) => content.charged(),
            Body::Directory(entries) => entries.names.keys().fold(0, |sum, name| entry_cost(name).saturating_add(sum)),
            Body::Symlink(target) => len_u64(target.len()),
            Body::Fifo(_) | Body::Socket => 0,
        }
    }
}

impl State {
    /// The entries of a directory.
    ///
    /// # Errors
    /// ENOTDIR.
    pub(super) fn entries(&mut self) -> SysResult<&mut Entries> {
        match &mut self.body {
            Body::Directory(entries) => Ok(entries),
            _ => fail(Errno::ENOTDIR, "not a directory"),
        }
    }

    /// The bytes of a regular file.
    fn content(&mut self) -> SysResult<&mut Content> {
        match &mut self.body {
            Body::Regular(content) => Ok(content),
            Body::Directory(_) => fail(Errno::EISDIR, "a directory has no data"),
            Body::Symlink(_) | Body::Fifo(_) | Body::Socket => fail(Errno::EINVAL, "this kind of file has no data"),
        }
    }

    /// Marks the data changed.
    pub(super) fn modified(&mut self, now: Timespec) {
        self.mtime = now;
        self.ctime = now;
    }

    /// Marks the data read (relatime).
    fn accessed(&mut self, fs: &Shared) {
        if self.atime <= self.mtime || self.atime <= self.ctime {
            self.atime = fs.now();
        }
    }

    pub(super) fn size(&self) -> u64 {
        match &self.body {
            Body::Regular(content) => content.size(),
            Body::Directory(entries) => len_u64(entries.names.len()).saturating_add(2).saturating_mul(ENTRY_SIZE),
            Body::Symlink(target) => len_u64(target.len()),
            Body::Fifo(_) | Body::Socket => 0,
        }
    }
}

impl Inode {
    /// A new inode with one link, or a directory's two. The caller has charged the quota for [`INODE_COST`] and the body.
    pub(super) fn new(fs: &Arc<Shared>, mode: Mode, body: Body) -> Arc<Self> {
        let now = fs.now();
        let kind = body.kind();
        let nlink = if kind == FileType::Directory { 2 } else { 1 };
        let mode = mode.within(Mode::ALL);
        let state = State { nlink, mode, owner: fs.owner, atime: now, mtime: now, ctime: now, body };
        Arc::new_cyclic(|this| Inode {
            fs: fs.clone(),
            this: this.clone(),
            ino: fs.next_ino.fetch_add(1, Ordering::Relaxed),
            kind,
            state: Lock::new(state),
        })
    }

    /// The inode's lock; see the module for the order.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Itself, shared.
    pub(super) fn shared(&self) -> SysResult<Arc<Inode>> {
        // It is always held by an `Arc` while it is called.
        self.this.upgrade().ok_or(SysError::new(Errno::EIO, "inode is going away"))
    }

    /// A node as an inode of this file system.
    ///
    /// # Errors
    /// EXDEV.
    pub(super) fn own<'a>(&self, node: &'a NodeRef) -> SysResult<&'a Inode> {
        let any: &dyn Any = &**node;
        match any.downcast_ref::<Inode>() {
            Some(inode) if Arc::ptr_eq(&inode.fs, &self.fs) => Ok(inode),
            _ => fail(Errno::EXDEV, "the other name is on another file system"),
        }
    }

    fn truncate_to(&self, len: u64) -> SysResult<()> {
        let mut state = self.lock();
        state.content()?.truncate(&self.fs.quota, len)?;
        state.modified(self.fs.now());
        Ok(())
    }

    /// Opens an end of a fifo, which has this inode's attributes.
    fn open_fifo(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        let inode = self.shared()?;
        let stat = move || Ok(inode.attributes());
        match &self.lock().body {
            Body::Fifo(fifo) => fifo.open(how.read, how.write, Box::new(stat)),
            _ => fail(Errno::EIO, "not a fifo"),
        }
    }

    /// Takes a directory's children out, as it goes away.
    fn take_children(&self) -> Vec<Arc<Inode>> {
        let mut state = self.lock();
        let Body::Directory(entries) = &mut state.body else { return Vec::new() };
        let names = std::mem::take(&mut entries.names);
        self.fs.quota.refund(names.keys().fold(0, |sum, name| entry_cost(name).saturating_add(sum)));
        names.into_values().collect()
    }
}

impl Drop for Inode {
    fn drop(&mut self) {
        // One by one: a tree of any depth must not go away by recursion, which would use up the stack.
        let mut doomed = self.take_children();
        while let Some(inode) = doomed.pop().map(Arc::into_inner) {
            if let Some(inode) = inode {
                doomed.append(&mut inode.take_children());
            }
        }
        self.fs.quota.refund(self.lock().body.cost().saturating_add(INODE_COST));
    }
}

impl Node for Inode {
    fn kind(&self) -> FileType {
        self.kind
    }

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.attributes())
    }

    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        match self.kind {
            FileType::Symlink => return fail(Errno::ELOOP, "a symbolic link cannot be opened"),
            FileType::Directory if how.write => return fail(Errno::EISDIR, "a directory cannot be written"),
            FileType::Fifo => return self.open_fifo(how),
            FileType::SocketStream => return fail(Errno::ENXIO, "a socket cannot be opened"),
            _ => {}
        }
        if how.truncate && how.write {
            self.truncate_to(0)?;
        }
        Ok(self.shared()?)
    }

    fn as_directory(&self) -> Option<&dyn Directory> {
        if self.kind == FileType::Directory { Some(self) } else { None }
    }

    fn readlink(&self, _caller: Pid) -> SysResult<Vec<u8>> {
        let mut state = self.lock();
        let Body::Symlink(target) = &state.body else { return fail(Errno::EINVAL, "not a symbolic link") };
        let target = target.to_vec();
        state.accessed(&self.fs);
        Ok(target)
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        self.times(atime, mtime)
    }

    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        self.change_mode(mode)
    }

    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        self.change_owner(uid, gid)
    }
}

impl File for Inode {
    fn stat(&self) -> SysResult<Stat> {
        Ok(self.attributes())
    }

    fn seekable(&self) -> bool {
        true
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize> {
        let mut state = self.lock();
        let n = state.content()?.read_at(buf, offset);
        if !buf.is_empty() {
            state.accessed(&self.fs);
        }
        Ok(n)
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> SysResult<usize> {
        let mut state = self.lock();
        let n = state.content()?.write_at(&self.fs.quota, buf, offset)?;
        if n > 0 {
            state.modified(self.fs.now());
        }
        Ok(n)
    }

    fn append(&self, buf: &[u8]) -> SysResult<(usize, u64)> {
        let mut state = self.lock();
        let content = state.content()?;
        let n = content.write_at(&self.fs.quota, buf, content.size())?;
        let end = content.size();
        if n > 0 {
            state.modified(self.fs.now());
        }
        Ok((n, end))
    }

    fn truncate(&self, len: u64) -> SysResult<()> {
        // ftruncate(2) of a directory is EINVAL, unlike open(2) of one for writing.
        if self.kind != FileType::Regular {
            return fail(Errno::EINVAL, "not a regular file");
        }
        self.truncate_to(len)
    }

    fn allocate(&self, offset: u64, len: u64) -> SysResult<()> {
        let mut state = self.lock();
        state.content()?.allocate(&self.fs.quota, offset, len)?;
        state.modified(self.fs.now());
        Ok(())
    }

    fn sync(&self, _data_only: bool) -> SysResult<()> {
        Ok(())
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        self.times(atime, mtime)
    }

    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        self.change_mode(mode)
    }

    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        self.change_owner(uid, gid)
    }

    fn node(&self) -> Option<NodeRef> {
        if self.kind == FileType::Directory { Some(self.this.upgrade()?) } else { None }
    }

    fn entries(&self) -> SysResult<Vec<DirEntry>> {
        let mut state = self.lock();
        let entries = state.entries()?;
        let list =
            entries.names.iter().map(|(name, inode)| DirEntry { ino: inode.ino, kind: inode.kind, name: name.clone() });
        let list = list.collect();
        state.accessed(&self.fs);
        Ok(list)
    }
}

fn len_u64(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
