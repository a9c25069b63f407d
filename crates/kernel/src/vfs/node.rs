//! What a file system implements.

use std::any::Any;
use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, FileType, Mode, Pid, SetTime, Stat};

use crate::error::{SysResult, fail};
use crate::file::File;

/// A component of a path: not empty, no `/`, no NUL, at most 255 bytes, and not `.` or `..`. The walk checks all of that.
pub type Name = [u8];

/// A shared node.
pub type NodeRef = Arc<dyn Node>;

/// A file system that can be mounted.
pub trait FileSystem: Send + Sync {
    /// Its root directory.
    fn root(&self) -> NodeRef;

    /// What it is, for `/proc/mounts`.
    fn info(&self) -> FsInfo;
}

/// What `/proc/mounts` says of a file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FsInfo {
    /// The type, such as `memfs`.
    pub kind: &'static str,
    /// Where it comes from; for a host directory never its host path, which guests must not learn.
    pub source: String,
    /// Whether it refuses every change (EROFS).
    pub read_only: bool,
}

/// How [`Node::open`] and [`Directory::create`] open a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenHow {
    /// Who opens; only devfs (`/dev/tty`) and procfs look.
    pub caller: Pid,
    /// For reading.
    pub read: bool,
    /// For writing. A directory answers EISDIR.
    pub write: bool,
    /// O_TRUNC, only together with `write`.
    pub truncate: bool,
}

/// A node found by name, with its attributes where finding it told them anyway.
pub struct Found {
    /// The node.
    pub node: NodeRef,
    /// Its attributes as of the lookup.
    pub stat: Option<Stat>,
}

impl From<NodeRef> for Found {
    fn from(node: NodeRef) -> Self {
        Found { node, stat: None }
    }
}

/// Where a magic link leads.
pub enum MagicTarget {
    /// A place in the tree.
    Place(Arc<super::Location>),
    /// A node without a name, such as a pipe's; opening it gives its file again.
    Node(NodeRef),
}

bitflags::bitflags! {
    /// Flags of renameat2(2).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct RenameFlags: u32 {
        /// EEXIST if the target exists.
        const NOREPLACE = 1;
    }
}

/// A file of any kind in a file system, open or not.
pub trait Node: Send + Sync + Any {
    /// The type, which never changes.
    fn kind(&self) -> FileType;

    /// Attributes; of a symbolic link its own.
    ///
    /// # Errors
    /// ENOENT if the file is gone and the file system cannot keep it; EIO.
    fn stat(&self) -> SysResult<Stat>;

    /// Opens it. A symbolic link answers ELOOP, a directory opened for writing EISDIR.
    ///
    /// # Errors
    /// As open(2).
    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>>;

    /// The directory calls, if it is one.
    fn as_directory(&self) -> Option<&dyn Directory> {
        None
    }

    /// The target of a symbolic link. `caller` asks; only procfs answers it differently to each.
    ///
    /// # Errors
    /// EINVAL if it is none.
    fn readlink(&self, caller: Pid) -> SysResult<Vec<u8>> {
        let _ = caller;
        fail(Errno::EINVAL, "not a symbolic link")
    }

    /// Where a "magic" link (symlink(7)) leads without a path walk, such as `/proc/self/fd/3`; `None` for every ordinary
    /// node, also for ordinary symbolic links.
    fn magic_link(&self, caller: Pid) -> Option<SysResult<MagicTarget>> {
        let _ = caller;
        None
    }

    /// Sets the times; of a symbolic link its own.
    ///
    /// # Errors
    /// As utimensat(2).
    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()>;

    /// Sets the permission bits, of which the caller has checked that they may be set. Not asked of symbolic links.
    ///
    /// # Errors
    /// EPERM where they cannot be set.
    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        let _ = mode;
        fail(Errno::EPERM, "the mode of this file cannot be set")
    }

    /// Sets owner and group, of a symbolic link its own; `None` leaves one as it is. Takes set-user-id and set-group-id from
    /// programs, as chown(2) does.
    ///
    /// # Errors
    /// EPERM where they cannot be set.
    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        let _ = (uid, gid);
        fail(Errno::EPERM, "the owner of this file cannot be set")
    }
}

/// The calls on a directory. Names are single components (see [`Name`]).
pub trait Directory {
    /// Finds an entry; symbolic links are found, not followed.
    ///
    /// # Errors
    /// ENOENT.
    fn lookup(&self, name: &Name) -> SysResult<Found>;

    /// Finds several components at once, if that is cheaper for the file system: all nodes on the way, the last with its
    /// attributes. `None` means "go one by one" (always right, and what must be answered if any component before the last
    /// is a symbolic link). Errors are final, so they must be those the single steps would give.
    fn lookup_chain(&self, names: &[&Name]) -> Option<SysResult<(Vec<NodeRef>, Stat)>> {
        let _ = names;
        None
    }

    /// The attributes of what a path of plain components leads to, if the file system can tell them without nodes. `None`
    /// means "go one by one", and errors are final, as in [`Directory::lookup_chain`].
    fn stat_below(&self, path: &[u8]) -> Option<SysResult<Stat>> {
        let _ = path;
        None
    }

    /// Creates and opens a regular file.
    ///
    /// # Errors
    /// EEXIST if the name is taken by anything.
    fn create(&self, name: &Name, mode: Mode, how: OpenHow) -> SysResult<(NodeRef, Arc<dyn File>)>;

    /// Creates a directory.
    ///
    /// # Errors
    /// EEXIST.
    fn mkdir(&self, name: &Name, mode: Mode) -> SysResult<()>;

    /// Creates a symbolic link holding `target`.
    ///
    /// # Errors
    /// EEXIST.
    fn symlink(&self, name: &Name, target: &[u8]) -> SysResult<()>;

    /// Creates a fifo (mkfifo(3)).
    ///
    /// # Errors
    /// EEXIST; EPERM where there cannot be any.
    fn mkfifo(&self, name: &Name, mode: Mode) -> SysResult<()> {
        let _ = (name, mode);
        fail(Errno::EPERM, "this file system has no fifos")
    }

    /// Creates a unix socket's file, as bind(2) does. Who is bound there the network knows.
    ///
    /// # Errors
    /// EEXIST; EPERM where there cannot be any.
    fn mksock(&self, name: &Name, mode: Mode) -> SysResult<()> {
        let _ = (name, mode);
        fail(Errno::EPERM, "this file system has no sockets")
    }

    /// Creates a hard link to `target`, which may be a symbolic link.
    ///
    /// # Errors
    /// EEXIST; EPERM for directories; EXDEV if `target` belongs to another file system.
    fn link(&self, name: &Name, target: &NodeRef) -> SysResult<()>;

    /// Removes an entry that is not a directory.
    ///
    /// # Errors
    /// ENOENT; EISDIR for directories.
    fn unlink(&self, name: &Name) -> SysResult<()>;

    /// Removes an empty directory.
    ///
    /// # Errors
    /// ENOENT; ENOTDIR; ENOTEMPTY.
    fn rmdir(&self, name: &Name) -> SysResult<()>;

    /// Moves an entry to `to_name` in the directory `to`, replacing what rename(2) permits.
    ///
    /// # Errors
    /// EXDEV if `to` belongs to another file system; EINVAL into itself; ENOTEMPTY, EISDIR, ENOTDIR as rename(2).
    fn rename(&self, name: &Name, to: &NodeRef, to_name: &Name, flags: RenameFlags) -> SysResult<()>;

    /// All entries but `.` and `..`, in an order that stays the same while nothing changes.
    ///
    /// # Errors
    /// EIO.
    fn entries(&self) -> SysResult<Vec<DirEntry>>;
}
