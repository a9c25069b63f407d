//! What file systems without a store have in common: devfs and procfs make their nodes when they are asked for.
//!
//! A file system says what is there by three small traits: [`Folder`] (a directory of generated entries), [`Report`] (a file
//! whose content is generated when it is opened) and [`Pointer`] (a symbolic link). [`FolderNode`], [`ReportNode`] and
//! [`PointerNode`] make nodes of them that nobody can change.
//!
//! What changes answer is what an unprivileged user gets from Linux's `/proc` and `/dev`: EACCES for writing, removing and
//! renaming, the file system's own choice for new names ([`Folder::NO_NEW_NAMES`]), and for times what utimensat(2) says of
//! somebody who neither owns the file nor may write it.
//!
//! Neighbours: `devfs` and `procfs` build on this. There are no locks here.

use std::sync::{Arc, OnceLock, Weak};

use gopherix_abi::{DirEntry, Errno, FileType, Mode, Pid, SetTime, Stat, Timespec};

use crate::Kernel;
use crate::error::{SysError, SysResult, fail};
use crate::file::File;
use crate::vfs::{Directory, Found, MagicTarget, Name, Node, NodeRef, OpenHow, RenameFlags};

/// What all nodes of one file system share.
pub(super) struct Origin {
    dev: u64,
    /// The time of every node; the present time where there is none.
    born: Option<Timespec>,
    /// Set once the kernel that mounts the file system is there, which is later than the file system.
    kernel: OnceLock<Weak<Kernel>>,
}

impl Origin {
    pub(super) fn new(dev: u64, born: Option<Timespec>) -> Arc<Self> {
        Arc::new(Origin { dev, born, kernel: OnceLock::new() })
    }

    /// A second call changes nothing: a file system belongs to one kernel.
    pub(super) fn set_kernel(&self, kernel: &Arc<Kernel>) {
        let _ = self.kernel.set(Arc::downgrade(kernel));
    }

    /// The kernel; `None` before [`Origin::set_kernel`] and after the kernel's end.
    pub(super) fn kernel(&self) -> Option<Arc<Kernel>> {
        self.kernel.get().and_then(Weak::upgrade)
    }

    /// Attributes of an empty file of root's.
    pub(super) fn stat(&self, ino: u64, kind: FileType, mode: u16) -> Stat {
        let time = self.born.or_else(|| Some(self.kernel()?.platform().wall_time())).unwrap_or_default();
        let nlink = if kind == FileType::Directory { 2 } else { 1 };
        Stat {
            dev: self.dev,
            ino,
            nlink,
            kind,
            mode: Mode(mode),
            uid: 0,
            gid: 0,
            size: 0,
            blocks: 0,
            atime: time,
            mtime: time,
            ctime: time,
        }
    }
}

const READ_ONLY: SysError = SysError::new(Errno::EACCES, "the kernel makes this file; nobody can change it");

/// What utimensat(2) answers to somebody who neither owns the file nor may write it.
fn refuse_times(atime: SetTime, mtime: SetTime) -> SysResult<()> {
    match (atime, mtime) {
        (SetTime::Omit, SetTime::Omit) => Ok(()),
        (SetTime::Now, SetTime::Now) => Err(READ_ONLY),
        _ => fail(Errno::EPERM, "the kernel makes this file; its times are not to be set"),
    }
}

/// A directory of generated entries.
pub(super) trait Folder: Send + Sync + 'static {
    /// What creating anything answers.
    const NO_NEW_NAMES: SysError;

    /// Attributes. ENOENT if what it shows is gone.
    fn stat(&self) -> SysResult<Stat>;

    /// The entry of that name. ENOENT.
    fn find(&self, name: &Name) -> SysResult<NodeRef>;

    /// All entries, in an order that stays the same while nothing changes.
    fn list(&self) -> SysResult<Vec<DirEntry>>;
}

/// The node of a [`Folder`].
pub(super) struct FolderNode<F>(Arc<F>);

impl<F: Folder> FolderNode<F> {
    pub(super) fn make(folder: F) -> NodeRef {
        Arc::new(FolderNode(Arc::new(folder)))
    }
}

impl<F: Folder> Node for FolderNode<F> {
    fn kind(&self) -> FileType {
        FileType::Directory
    }

    fn stat(&self) -> SysResult<Stat> {
        self.0.stat()
    }

    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        if how.write {
            return fail(Errno::EISDIR, "a directory cannot be opened for writing");
        }
        self.0.stat()?;
        Ok(Arc::new(OpenFolder(Arc::new(FolderNode(self.0.clone())))))
    }

    fn as_directory(&self) -> Option<&dyn Directory> {
        Some(self)
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        refuse_times(atime, mtime)
    }
}

impl<F: Folder> Directory for FolderNode<F> {
    fn lookup(&self, name: &Name) -> SysResult<Found> {
        self.0.find(name).map(Found::from)
    }

    fn create(&self, _name: &Name, _mode: Mode, _how: OpenHow) -> SysResult<(NodeRef, Arc<dyn File>)> {
        Err(F::NO_NEW_NAMES)
    }

    fn mkdir(&self, _name: &Name, _mode: Mode) -> SysResult<()> {
        Err(F::NO_NEW_NAMES)
    }

    fn symlink(&self, _name: &Name, _target: &[u8]) -> SysResult<()> {
        Err(F::NO_NEW_NAMES)
    }

    fn link(&self, _name: &Name, _target: &NodeRef) -> SysResult<()> {
        Err(F::NO_NEW_NAMES)
    }

    fn unlink(&self, _name: &Name) -> SysResult<()> {
        Err(READ_ONLY)
    }

    fn rmdir(&self, _name: &Name) -> SysResult<()> {
        Err(READ_ONLY)
    }

    fn rename(&self, _name: &Name, _to: &NodeRef, _to_name: &Name, _flags: RenameFlags) -> SysResult<()> {
        Err(READ_ONLY)
    }

    fn entries(&self) -> SysResult<Vec<DirEntry>> {
        self.0.list()
    }
}

struct OpenFolder<F>(Arc<FolderNode<F>>);

impl<F: Folder> File for OpenFolder<F> {
    fn stat(&self) -> SysResult<Stat> {
        self.0.stat()
    }

    fn seekable(&self) -> bool {
        true
    }

    fn read_at(&self, _buf: &mut [u8], _offset: u64) -> SysResult<usize> {
        fail(Errno::EISDIR, "a directory is not read as bytes")
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        refuse_times(atime, mtime)
    }

    fn node(&self) -> Option<NodeRef> {
        Some(self.0.clone())
    }

    fn entries(&self) -> SysResult<Vec<DirEntry>> {
        self.0.entries()
    }
}

/// A file whose content is generated when it is opened.
pub(super) trait Report: Send + Sync + 'static {
    /// Attributes; the size is 0, as Linux has it for files of `/proc`, since nobody knows it before the file is read.
    fn stat(&self) -> SysResult<Stat>;

    /// The whole content as of now. ESRCH if what it tells of is gone.
    fn content(&self) -> SysResult<Vec<u8>>;
}

/// The node of a [`Report`].
pub(super) struct ReportNode<R>(R);

impl<R: Report> ReportNode<R> {
    pub(super) fn make(report: R) -> NodeRef {
        Arc::new(ReportNode(report))
    }
}

impl<R: Report> Node for ReportNode<R> {
    fn kind(&self) -> FileType {
        FileType::Regular
    }

    fn stat(&self) -> SysResult<Stat> {
        self.0.stat()
    }

    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        if how.write {
            return Err(READ_ONLY);
        }
        let content = self.0.content()?;
        Ok(Arc::new(Snapshot { stat: self.0.stat()?, content }))
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        refuse_times(atime, mtime)
    }
}

/// An open report: what it said when it was opened, so that a reader in small steps gets one consistent text.
struct Snapshot {
    stat: Stat,
    content: Vec<u8>,
}

impl File for Snapshot {
    fn stat(&self) -> SysResult<Stat> {
        Ok(self.stat)
    }

    fn seekable(&self) -> bool {
        true
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize> {
        let rest = usize::try_from(offset).ok().and_then(|from| self.content.get(from..)).unwrap_or_default();
        let n = rest.len().min(buf.len());
        for (to, from) in buf.iter_mut().zip(rest) {
            *to = *from;
        }
        Ok(n)
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        refuse_times(atime, mtime)
    }
}

/// A symbolic link.
pub(super) trait Pointer: Send + Sync + 'static {
    /// Attributes of the link. ENOENT if what it belongs to is gone.
    fn stat(&self) -> SysResult<Stat>;

    /// What readlink(2) answers. ENOENT.
    fn target(&self, caller: Pid) -> SysResult<Vec<u8>>;

    /// As [`Node::magic_link`].
    fn jump(&self) -> Option<SysResult<MagicTarget>> {
        None
    }
}

/// The node of a [`Pointer`].
pub(super) struct PointerNode<P>(P);

impl<P: Pointer> PointerNode<P> {
    pub(super) fn make(pointer: P) -> NodeRef {
        Arc::new(PointerNode(pointer))
    }
}

impl<P: Pointer> Node for PointerNode<P> {
    fn kind(&self) -> FileType {
        FileType::Symlink
    }

    fn stat(&self) -> SysResult<Stat> {
        self.0.stat()
    }

    fn open(&self, _how: OpenHow) -> SysResult<Arc<dyn File>> {
        fail(Errno::ELOOP, "a symbolic link cannot be opened")
    }

    fn readlink(&self, caller: Pid) -> SysResult<Vec<u8>> {
        self.0.target(caller)
    }

    fn magic_link(&self, _caller: Pid) -> Option<SysResult<MagicTarget>> {
        self.0.jump()
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        refuse_times(atime, mtime)
    }
}

/// A link that leads to the same path always.
pub(super) struct FixedLink {
    pub(super) origin: Arc<Origin>,
    pub(super) ino: u64,
    pub(super) target: &'static str,
}

impl Pointer for FixedLink {
    fn stat(&self) -> SysResult<Stat> {
        let size = u64::try_from(self.target.len()).unwrap_or(0);
        Ok(Stat { size, ..self.origin.stat(self.ino, FileType::Symlink, 0o777) })
    }

    fn target(&self, _caller: Pid) -> SysResult<Vec<u8>> {
        Ok(self.target.into())
    }
}
