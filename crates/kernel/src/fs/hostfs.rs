//! hostfs: a directory that the home grants, seen through [`platform::HostDir`](crate::platform::HostDir).
//!
//! A [`HostFs`] holds no tree of its own. A node is a host handle, the path from it, and the type that was found there; the
//! host is asked anew by every call, so changes made outside are seen at once, and a node whose file is gone answers ENOENT.
//! Opening a directory pins it: the open file and every node found through it hang on a handle of their own, which stays
//! with the directory when it is renamed.
//!
//! Cost: a look-up is one host `stat`, and so is a run of plain components ([`Directory::lookup_chain`]); the attributes go
//! back with the node. Symbolic links are the kernel walk's to follow: the host side follows none, and answers ELOOP.
//!
//! Only regular files, directories and character devices are opened. FIFOs, sockets and block devices answer ENXIO without
//! asking the host, since a FIFO blocks and the others are not files to a sandbox; which character devices are harmless is
//! the home's to say. Read-only grants answer EROFS to every change, devices included (Linux exempts those).
//!
//! Neighbours: `vfs::walk` calls it, overlayfs stacks on it. There are no locks here.

#[cfg(test)]
mod tests;

use std::any::Any;
use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, FileType, Mode, Pid, SetTime, Stat};

use crate::error::{SysResult, fail};
use crate::file::File;
use crate::platform::{HostDir, HostFile, HostOpen};
use crate::vfs::{Directory, FileSystem, Found, FsInfo, Name, Node, NodeRef, OpenHow, RenameFlags};

/// A granted host directory as a file system.
pub struct HostFs {
    dir: Arc<dyn HostDir>,
    grant: Arc<Grant>,
}

/// What all nodes of one file system share; its address tells file systems apart.
struct Grant {
    read_only: bool,
    source: String,
}

impl Grant {
    fn check_writable(&self) -> SysResult<()> {
        if self.read_only { fail(Errno::EROFS, "the host directory is granted read-only") } else { Ok(()) }
    }
}

impl HostFs {
    /// The file system over `dir`. `source` stands in `/proc/mounts`, so it must not be a host path.
    #[must_use]
    pub fn new(dir: Arc<dyn HostDir>, read_only: bool, source: String) -> Self {
        HostFs { dir, grant: Arc::new(Grant { read_only, source }) }
    }
}

impl FileSystem for HostFs {
    fn root(&self) -> NodeRef {
        HostNode::pinned(&self.grant, self.dir.clone())
    }

    fn info(&self) -> FsInfo {
        FsInfo { kind: "hostfs", source: self.grant.source.clone(), read_only: self.grant.read_only }
    }
}

/// The host's directory behind a node, if it is one of a granted directory.
///
/// # Errors
/// What opening it answers.
#[must_use]
pub fn host_dir(node: &NodeRef) -> Option<SysResult<Arc<dyn HostDir>>> {
    let any: &dyn Any = &**node;
    any.downcast_ref::<HostNode>().map(|node| node.base.open_dir(&node.rel))
}

struct HostNode {
    grant: Arc<Grant>,
    base: Arc<dyn HostDir>,
    /// The path below `base`: components joined by `/`; empty for `base` itself.
    rel: Box<[u8]>,
    kind: FileType,
}

impl HostNode {
    /// The directory that `base` is.
    fn pinned(grant: &Arc<Grant>, base: Arc<dyn HostDir>) -> Arc<HostNode> {
        Arc::new(HostNode { grant: grant.clone(), base, rel: Box::default(), kind: FileType::Directory })
    }

    fn below(&self, rel: Vec<u8>, kind: FileType) -> NodeRef {
        Arc::new(HostNode { grant: self.grant.clone(), base: self.base.clone(), rel: rel.into(), kind })
    }

    fn join(&self, name: &Name) -> Vec<u8> {
        let mut path = self.rel.to_vec();
        push(&mut path, name);
        path
    }

    /// `node` as one of this file system's.
    fn own<'a>(&self, node: &'a NodeRef) -> SysResult<&'a HostNode> {
        let any: &dyn Any = &**node;
        match any.downcast_ref::<HostNode>() {
            Some(node) if Arc::ptr_eq(&node.grant, &self.grant) => Ok(node),
            _ => fail(Errno::EXDEV, "the other name is in another file system"),
        }
    }

    fn open_directory(&self) -> SysResult<Arc<dyn File>> {
        let dir = self.base.open_dir(&self.rel)?;
        Ok(Arc::new(OpenDirectory(HostNode::pinned(&self.grant, dir))))
    }

    fn open_file(&self, rel: &[u8], how: OpenHow, create_new: Option<Mode>) -> SysResult<Arc<dyn File>> {
        if how.write || create_new.is_some() {
            self.grant.check_writable()?;
        }
        let truncate = how.truncate && how.write;
        let file = self.base.open_file(rel, HostOpen { read: how.read, write: how.write, truncate, create_new })?;
        Ok(Arc::new(OpenHostFile { grant: self.grant.clone(), file }))
    }
}

fn push(path: &mut Vec<u8>, name: &Name) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
}

/// Whether a path of several components failed where single steps may not: at a link, which the kernel's walk follows, or by
/// being too long for the host as a whole.
fn is_for_single_steps(stat: &SysResult<Stat>) -> bool {
    matches!(stat, Err(e) if matches!(e.errno, Errno::ELOOP | Errno::ENAMETOOLONG))
}

impl Node for HostNode {
    fn kind(&self) -> FileType {
        self.kind
    }

    fn stat(&self) -> SysResult<Stat> {
        self.base.stat(&self.rel)
    }

    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        match self.kind {
            FileType::Directory if how.write => fail(Errno::EISDIR, "a directory cannot be opened for writing"),
            FileType::Directory => self.open_directory(),
            FileType::Symlink => fail(Errno::ELOOP, "a symbolic link cannot be opened"),
            FileType::Regular | FileType::CharDevice => self.open_file(&self.rel, how, None),
            FileType::BlockDevice
            | FileType::Fifo
            | FileType::SocketStream
            | FileType::SocketDgram
            | FileType::Unknown => fail(Errno::ENXIO, "only files, directories and harmless devices of the host open"),
        }
    }

    fn as_directory(&self) -> Option<&dyn Directory> {
        if self.kind == FileType::Directory { Some(self) } else { None }
    }

    fn readlink(&self, _caller: Pid) -> SysResult<Vec<u8>> {
        match self.kind {
            FileType::Symlink => self.base.readlink(&self.rel),
            _ => fail(Errno::EINVAL, "not a symbolic link"),
        }
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        self.grant.check_writable()?;
        self.base.set_times(&self.rel, atime, mtime)
    }

    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        self.grant.check_writable()?;
        self.base.set_mode(&self.rel, mode)
    }

    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        self.grant.check_writable()?;
        self.base.set_owner(&self.rel, uid, gid)
    }
}

impl Directory for HostNode {
    fn lookup(&self, name: &Name) -> SysResult<Found> {
        let rel = self.join(name);
        let stat = self.base.stat(&rel)?;
        Ok(Found { node: self.below(rel, stat.kind), stat: Some(stat) })
    }

    fn stat_below(&self, path: &[u8]) -> Option<SysResult<Stat>> {
        let stat = if self.rel.is_empty() { self.base.stat(path) } else { self.base.stat(&self.join(path)) };
        if is_for_single_steps(&stat) { None } else { Some(stat) }
    }

    fn lookup_chain(&self, names: &[&Name]) -> Option<SysResult<(Vec<NodeRef>, Stat)>> {
        let (last, before) = names.split_last()?;
        let mut nodes = Vec::with_capacity(names.len());
        let mut rel = self.rel.to_vec();
        for name in before {
            push(&mut rel, name);
            // The host follows no link, so when the whole path is found these are directories.
            nodes.push(self.below(rel.clone(), FileType::Directory));
        }
        push(&mut rel, last);
        match self.base.stat(&rel) {
            Ok(stat) => {
                nodes.push(self.below(rel, stat.kind));
                Some(Ok((nodes, stat)))
            }
            stat if is_for_single_steps(&stat) => None,
            Err(e) => Some(Err(e)),
        }
    }

    fn create(&self, name: &Name, mode: Mode, how: OpenHow) -> SysResult<(NodeRef, Arc<dyn File>)> {
        let rel = self.join(name);
        let file = self.open_file(&rel, how, Some(mode))?;
        Ok((self.below(rel, FileType::Regular), file))
    }

    fn mkdir(&self, name: &Name, mode: Mode) -> SysResult<()> {
        self.grant.check_writable()?;
        self.base.mkdir(&self.join(name), mode)
    }

    fn symlink(&self, name: &Name, target: &[u8]) -> SysResult<()> {
        self.grant.check_writable()?;
        self.base.symlink(target, &self.join(name))
    }

    fn mksock(&self, name: &Name, mode: Mode) -> SysResult<()> {
        self.grant.check_writable()?;
        self.base.mksock(&self.join(name), mode)
    }

    fn link(&self, name: &Name, target: &NodeRef) -> SysResult<()> {
        let target = self.own(target)?;
        self.grant.check_writable()?;
        if target.kind == FileType::Directory {
            return fail(Errno::EPERM, "a directory has one name");
        }
        target.base.link(&target.rel, &*self.base, &self.join(name))
    }

    fn unlink(&self, name: &Name) -> SysResult<()> {
        self.grant.check_writable()?;
        self.base.unlink(&self.join(name))
    }

    fn rmdir(&self, name: &Name) -> SysResult<()> {
        self.grant.check_writable()?;
        self.base.rmdir(&self.join(name))
    }

    fn rename(&self, name: &Name, to: &NodeRef, to_name: &Name, flags: RenameFlags) -> SysResult<()> {
        let to = self.own(to)?;
        self.grant.check_writable()?;
        let to_path = to.join(to_name);
        // Atomic among guests' own calls only as far as the kernel makes it so: the platform's rename has no such flag.
        if flags.contains(RenameFlags::NOREPLACE) {
            match to.base.stat(&to_path) {
                Ok(_) => return fail(Errno::EEXIST, "the new name is taken"),
                Err(e) if e.errno == Errno::ENOENT => {}
                Err(e) => return Err(e),
            }
        }
        self.base.rename(&self.join(name), &*to.base, &to_path)
    }

    fn entries(&self) -> SysResult<Vec<DirEntry>> {
        self.base.entries(&self.rel)
    }
}

/// An open regular file or device. The description checks the access mode.
struct OpenHostFile {
    grant: Arc<Grant>,
    file: Arc<dyn HostFile>,
}

impl File for OpenHostFile {
    fn stat(&self) -> SysResult<Stat> {
        self.file.stat()
    }

    fn seekable(&self) -> bool {
        true
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize> {
        self.file.read_at(buf, offset)
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> SysResult<usize> {
        self.file.write_at(buf, offset)
    }

    fn append(&self, buf: &[u8]) -> SysResult<(usize, u64)> {
        self.file.append(buf)
    }

    fn truncate(&self, len: u64) -> SysResult<()> {
        self.grant.check_writable()?;
        self.file.set_len(len)
    }

    fn allocate(&self, offset: u64, len: u64) -> SysResult<()> {
        self.grant.check_writable()?;
        self.file.allocate(offset, len)
    }

    fn sync(&self, data_only: bool) -> SysResult<()> {
        self.file.sync(data_only)
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        self.grant.check_writable()?;
        self.file.set_times(atime, mtime)
    }

    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        self.grant.check_writable()?;
        self.file.set_mode(mode)
    }

    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        self.grant.check_writable()?;
        self.file.set_owner(uid, gid)
    }
}

/// An open directory, pinned.
struct OpenDirectory(Arc<HostNode>);

impl File for OpenDirectory {
    fn stat(&self) -> SysResult<Stat> {
        self.0.stat()
    }

    fn seekable(&self) -> bool {
        true
    }

    fn read_at(&self, _buf: &mut [u8], _offset: u64) -> SysResult<usize> {
        fail(Errno::EISDIR, "a directory is not read as bytes")
    }

    fn sync(&self, _data_only: bool) -> SysResult<()> {
        self.0.base.sync()
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        self.0.set_times(atime, mtime)
    }

    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        self.0.set_mode(mode)
    }

    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        self.0.set_owner(uid, gid)
    }

    fn node(&self) -> Option<NodeRef> {
        Some(self.0.clone())
    }

    fn entries(&self) -> SysResult<Vec<DirEntry>> {
        self.0.entries()
    }
}
