//! Mounts and places in the tree.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use gopherix_abi::{DirEntry, Errno, FileType, Mode};

use super::node::{Directory, FileSystem, FsInfo, Name, NodeRef};
use super::walk;
use crate::error::{SysResult, fail};
use crate::sync::Lock;

bitflags::bitflags! {
    /// How a file system is mounted.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct MountFlags: u32 {
        /// Every change answers EROFS.
        const READ_ONLY = 1;
    }
}

/// A mounted file system.
///
/// Mount points are found by their path within the mount above, not by node: file systems over a host have no node identity
/// that lasts. A directory on the way to a mount point cannot be renamed or removed (EBUSY), so the paths stay true.
pub struct Mount {
    id: u64,
    fs: Arc<dyn FileSystem>,
    root: NodeRef,
    flags: MountFlags,
    read_only: bool,
    in_memory: bool,
    point: Box<[u8]>,
    /// The roots of the mounts right above this one, by path within it (components joined by `/`), as reached from the root
    /// of the tree. They hold this mount in turn; the table's end lets go of them.
    above: Lock<BTreeMap<Box<[u8]>, Arc<Location>>>,
    has_above: std::sync::atomic::AtomicBool,
}

impl Mount {
    /// Its number, unique in the kernel.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// How it is mounted.
    #[must_use]
    pub fn flags(&self) -> MountFlags {
        self.flags
    }

    /// Whether changes are refused, by the mount or by the file system.
    ///
    /// # Errors
    /// EROFS if so.
    pub fn check_writable(&self) -> SysResult<()> {
        if self.read_only { fail(Errno::EROFS, "mounted read-only") } else { Ok(()) }
    }

    /// Whether it lives in memory, so that nobody else sees what is made in it.
    #[must_use]
    pub(super) fn is_in_memory(&self) -> bool {
        self.in_memory
    }

    /// One step of [`Location::mount_on_the_way`], from the root of this mount.
    fn next_on_the_way(&self, path: &[u8]) -> Option<(Arc<Location>, usize, usize)> {
        if self.is_leaf() {
            return None;
        }
        let last = path.iter().rposition(|b| *b != b'/')?;
        let slashes = path.get(..last)?.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| at);
        let above = self.above.lock();
        slashes.zip(1..).find_map(|(end, components)| Some((above.get(path.get(..end)?)?.clone(), components, end)))
    }

    /// Whether nothing is mounted above it, so that several steps of a walk can be taken at once.
    #[must_use]
    pub(super) fn is_leaf(&self) -> bool {
        !self.has_above.load(Ordering::Acquire)
    }
}

/// One line of `/proc/mounts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountInfo {
    /// Where, as an absolute path in the kernel's tree.
    pub point: Vec<u8>,
    /// What.
    pub fs: FsInfo,
    /// How.
    pub flags: MountFlags,
}

/// All mounts of a kernel.
pub struct MountTable {
    root: Arc<Location>,
    mounts: Lock<Vec<Weak<Mount>>>,
    next_id: AtomicU64,
}

impl MountTable {
    /// A table with one file system at `/`.
    #[must_use]
    pub fn new(fs: Arc<dyn FileSystem>, flags: MountFlags) -> Self {
        let mount = new_mount(1, fs, flags, b"/");
        let root = Location::root(&mount);
        MountTable { root, mounts: Lock::new(vec![Arc::downgrade(&mount)]), next_id: AtomicU64::new(2) }
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> &Arc<Location> {
        &self.root
    }

    /// Mounts a file system at an absolute path, hiding what is there, if anything is. It is found without
    /// following links, and need not exist; directories missing before it are made in memory, but never on a host.
    ///
    /// # Errors
    /// EINVAL for `/` or a relative path, EBUSY if the very place is a mount point already, ELOOP for a symbolic link on the
    /// way, and as mkdir(2).
    pub fn mount(&self, path: &[u8], fs: Arc<dyn FileSystem>, flags: MountFlags) -> SysResult<()> {
        if path.first() != Some(&b'/') {
            return fail(Errno::EINVAL, "a mount point is an absolute path");
        }
        let place = mount_point(&self.root, path)?;
        if place.parent.is_none() {
            return fail(Errno::EINVAL, "the root cannot be mounted over");
        }
        if place.is_mount_root() {
            return fail(Errno::EBUSY, "there is a file system mounted already");
        }
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let mount = new_mount(id, fs, flags, &place.path());
        let below = &place.mount;
        match below.above.lock().entry(place.rel().into()) {
            Entry::Occupied(_) => return fail(Errno::EBUSY, "there is a file system mounted already"),
            Entry::Vacant(entry) => entry.insert(Location::mounted(&mount, place.parent.clone(), &place.name)),
        };
        below.has_above.store(true, Ordering::Release);
        self.mounts.lock().push(Arc::downgrade(&mount));
        Ok(())
    }

    /// What is mounted, oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<MountInfo> {
        let mounts = self.mounts.lock();
        let live = mounts.iter().filter_map(Weak::upgrade);
        live.map(|m| MountInfo { point: m.point.to_vec(), fs: m.fs.info(), flags: m.flags }).collect()
    }
}

impl Drop for MountTable {
    fn drop(&mut self) {
        for mount in self.mounts.lock().iter().filter_map(Weak::upgrade) {
            let above = std::mem::take(&mut *mount.above.lock());
            drop(above);
        }
    }
}

/// The place where a file system is to be mounted.
fn mount_point(root: &Arc<Location>, path: &[u8]) -> SysResult<Arc<Location>> {
    let mut at = root.clone();
    let mut names = path.split(|b| *b == b'/').filter(|n| !n.is_empty() && *n != b".").peekable();
    while let Some(name) = names.next() {
        if name == b".." || name.len() > walk::NAME_MAX {
            return fail(Errno::EINVAL, "a mount point has plain components only");
        }
        if let Some(mounted) = at.mounted_child(name) {
            at = mounted;
            continue;
        }
        let node = match walk::directory(&at)?.lookup(name) {
            Ok(found) => found.node,
            // The mount hides whatever is there, so its place only has to have a name.
            Err(e) if e.errno == Errno::ENOENT && names.peek().is_none() => at.node().clone(),
            Err(e) if e.errno == Errno::ENOENT && at.mount().is_in_memory() => make(walk::directory(&at)?, name)?,
            Err(e) => return Err(e),
        };
        match node.kind() {
            FileType::Directory => at = at.child(name, node),
            FileType::Symlink => return fail(Errno::ELOOP, "a symbolic link on the way to a mount point"),
            _ => return fail(Errno::ENOTDIR, "a mount point is a directory"),
        }
    }
    Ok(at)
}

fn make(dir: &dyn Directory, name: &Name) -> SysResult<NodeRef> {
    dir.mkdir(name, Mode(0o755))?;
    dir.lookup(name).map(|found| found.node)
}

fn new_mount(id: u64, fs: Arc<dyn FileSystem>, flags: MountFlags, point: &[u8]) -> Arc<Mount> {
    let root = fs.root();
    // Asked on every change, and neither ever changes.
    let info = fs.info();
    let read_only = flags.contains(MountFlags::READ_ONLY) || info.read_only;
    let in_memory = matches!(info.kind, "memfs" | "overlay");
    let above = Lock::new(BTreeMap::new());
    let has_above = std::sync::atomic::AtomicBool::new(false);
    Arc::new(Mount { id, fs, root, flags, read_only, in_memory, point: point.into(), above, has_above })
}

/// A place in the tree: a node and the way it was reached.
pub struct Location {
    mount: Arc<Mount>,
    node: NodeRef,
    parent: Option<Arc<Location>>,
    name: Box<[u8]>,
}

impl Drop for Location {
    fn drop(&mut self) {
        // One by one: a guest can go down to any depth by `openat`, and a drop that recurses would use up the stack.
        let mut above = self.parent.take();
        while let Some(mut place) = above.and_then(Arc::into_inner) {
            above = place.parent.take();
        }
    }
}

impl Location {
    fn root(mount: &Arc<Mount>) -> Arc<Self> {
        Arc::new(Location { mount: mount.clone(), node: mount.root.clone(), parent: None, name: Box::default() })
    }

    fn mounted(mount: &Arc<Mount>, parent: Option<Arc<Location>>, name: &Name) -> Arc<Self> {
        Arc::new(Location { mount: mount.clone(), node: mount.root.clone(), parent, name: name.into() })
    }

    /// The node.
    #[must_use]
    pub fn node(&self) -> &NodeRef {
        &self.node
    }

    /// The mount it is in.
    #[must_use]
    pub fn mount(&self) -> &Arc<Mount> {
        &self.mount
    }

    /// Where `..` leads; `None` at the root.
    #[must_use]
    pub fn parent(&self) -> Option<&Arc<Location>> {
        self.parent.as_ref()
    }

    /// The last component of its path; empty at the root.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The absolute path it was reached by.
    #[must_use]
    pub fn path(&self) -> Vec<u8> {
        let mut names = Vec::new();
        let mut at = Some(self);
        while let Some(here) = at {
            if here.parent.is_some() {
                names.push(&here.name);
            }
            at = here.parent.as_deref();
        }
        if names.is_empty() {
            return b"/".to_vec();
        }
        names.iter().rev().flat_map(|n| std::iter::once(b'/').chain(n.iter().copied())).collect()
    }

    /// The place of `node`, found in this directory under `name`; the root of a mount if one hangs there.
    #[must_use]
    pub fn child(self: &Arc<Self>, name: &Name, node: NodeRef) -> Arc<Location> {
        match self.mounted_child(name) {
            Some(mounted) => mounted,
            None => {
                let (mount, parent) = (self.mount.clone(), Some(self.clone()));
                Arc::new(Location { mount, node, parent, name: name.into() })
            }
        }
    }

    /// The mount that hangs in this directory under `name`, as a place.
    #[must_use]
    pub fn mounted_child(self: &Arc<Self>, name: &Name) -> Option<Arc<Location>> {
        if self.mount.is_leaf() {
            return None;
        }
        let mount = self.mount.above.lock().get(&*self.child_rel(name))?.mount.clone();
        Some(Location::mounted(&mount, Some(self.clone()), name))
    }

    /// At the root of the tree: the last mount whose mount point `path` leads through, how many components go there, and in
    /// how many bytes. What is on the way is a directory, since nothing there can be moved or removed.
    pub(super) fn mount_on_the_way(&self, path: &[u8]) -> Option<(Arc<Location>, usize, usize)> {
        if self.parent.is_some() {
            return None;
        }
        let mut found = self.mount.next_on_the_way(path)?;
        while let (place, components, len) = &found
            && let rest = path.get(len.saturating_add(1)..)?
            && let Some((next, more, further)) = place.mount.next_on_the_way(rest)
        {
            let len = len.saturating_add(1).saturating_add(further);
            found = (next, components.saturating_add(more), len);
        }
        Some(found)
    }

    /// This place with another node: the pinned one of an open directory.
    #[must_use]
    pub fn with_node(&self, node: NodeRef) -> Arc<Location> {
        Arc::new(Location { mount: self.mount.clone(), node, parent: self.parent.clone(), name: self.name.clone() })
    }

    /// Whether a mount hangs in this directory at `name` or anywhere below it.
    #[must_use]
    pub fn holds_mount(&self, name: &Name) -> bool {
        if self.mount.is_leaf() {
            return false;
        }
        let rel = self.child_rel(name);
        self.mount.above.lock().keys().any(|point| is_within(point, &rel))
    }

    /// Adds to a listing of this directory the mount points that hang in it, and marks those there as directories.
    pub fn add_mount_points(&self, entries: &mut Vec<DirEntry>) {
        if self.mount.is_leaf() {
            return;
        }
        let rel = self.rel();
        for (point, mount) in self.mount.above.lock().iter() {
            let (dir, name) = match point.iter().rposition(|b| *b == b'/') {
                Some(slash) => {
                    (point.get(..slash).unwrap_or_default(), point.get(slash.saturating_add(1)..).unwrap_or_default())
                }
                None => (&[][..], &**point),
            };
            if dir != &*rel {
                continue;
            }
            entries.retain(|e| &*e.name != name);
            let ino = mount.node.stat().map_or(0, |s| s.ino);
            entries.push(DirEntry { ino, kind: FileType::Directory, name: name.into() });
        }
    }

    /// Whether both are the root of the whole tree, or one and the same place object. For telling a process' root, of which
    /// every walk that starts there holds the same object.
    #[must_use]
    pub(super) fn is_same_root(&self, other: &Location) -> bool {
        std::ptr::eq(self, other) || (self.parent.is_none() && other.parent.is_none())
    }

    fn is_mount_root(&self) -> bool {
        self.parent.as_ref().is_none_or(|parent| parent.mount.id != self.mount.id)
    }

    /// The path within the mount, components joined by `/`; empty at its root.
    ///
    /// It is put together when asked for, so that a place costs no more the deeper it is.
    fn rel(&self) -> Vec<u8> {
        let mut names = Vec::new();
        let mut at = self;
        while let (false, Some(parent)) = (at.is_mount_root(), &at.parent) {
            names.push(&*at.name);
            at = parent;
        }
        names.reverse();
        names.join(&b'/')
    }

    fn child_rel(&self, name: &Name) -> Vec<u8> {
        let mut rel = self.rel();
        if !rel.is_empty() {
            rel.push(b'/');
        }
        rel.extend_from_slice(name);
        rel
    }
}

/// Whether `path` is `dir` or below it.
fn is_within(path: &[u8], dir: &[u8]) -> bool {
    path.strip_prefix(dir).is_some_and(|rest| rest.is_empty() || rest.first() == Some(&b'/'))
}
