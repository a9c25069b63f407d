//! Names: openat(2), mkdirat(2), unlinkat(2), renameat(2), linkat(2), symlinkat(2), readlinkat(2), fstatat(2), utimensat(2),
//! truncate(2).
//!
//! None waits. A path that is taken relative to a directory's descriptor may not leave it (RESOLVE_BENEATH of openat2(2)):
//! ENOTCAPABLE, and the descriptor must have the right. From the working directory ([`At::Cwd`]) it goes anywhere, and no
//! right is asked. Common errors: EBADF, ENOTDIR (the descriptor, or a component), ENOENT, ELOOP, ENAMETOOLONG, EROFS, EXDEV.

use std::sync::Arc;

use gopherix_abi::{Access, AccessMode, At, AtFlags, Errno, FileType, Mode, OpenFlags, Rights, SetTime, Stat};

use super::file::{check_offset, check_size_limit};
use super::{Opened, check_room, install};
use crate::error::{SysResult, fail};
use crate::file::{File, OpenFile};
use crate::task::{Cx, FdEntry};
use crate::vfs::walk::{self, Resolved, Start, Tail, directory};
use crate::vfs::{Location, NodeRef, OpenHow, RenameFlags};

/// openat(2). EEXIST with O_CREAT | O_EXCL; EISDIR for writing to a directory; ENOTDIR with O_DIRECTORY; ELOOP with
/// O_NOFOLLOW; EMFILE at the limit of open files.
pub(crate) fn sys_openat(
    cx: &mut Cx,
    at: At,
    path: &[u8],
    flags: OpenFlags,
    access: AccessMode,
    mode: Mode,
    rights: Rights,
    inheriting: Rights,
) -> SysResult<Opened> {
    let mut needs = Rights::PATH_OPEN;
    needs.set(Rights::PATH_CREATE_FILE, flags.contains(OpenFlags::CREAT));
    // The witx also asks for PATH_FILESTAT_SET_SIZE with O_TRUNC. Go's os.Root opens its directory without that right and
    // truncates through it, so here being allowed to write is enough.
    let base = base_with(cx, at, needs)?;
    let may_give = base.may_give;
    if !may_give.contains(rights) {
        return fail(Errno::ENOTCAPABLE, "the directory descriptor may not give these rights");
    }
    check_room(cx)?;
    let resolved = resolve(cx, &base, path, open_tail(flags))?;
    let how = OpenHow {
        caller: cx.process.pid,
        read: access.reads(),
        write: access.writes(),
        truncate: flags.contains(OpenFlags::TRUNC),
    };
    let mode = mode.within(Mode::ALL).without(cx.process.umask());
    let (file, place) = open_resolved(resolved, flags, how, mode)?;
    let kind = place.node().kind();
    // Only a directory hands rights on; for others "the implementation may return fewer" (WASI preview 1, path_open).
    let inheriting = if kind == FileType::Directory { inheriting } else { Rights::empty() };
    if !may_give.contains(inheriting) {
        return fail(Errno::ENOTCAPABLE, "the directory descriptor may not give these rights to be handed on");
    }
    let place = match file.node() {
        Some(pinned) => place.with_node(pinned),
        None => place,
    };
    let open = OpenFile::new(file, access, flags, Some(place));
    let cloexec = flags.contains(OpenFlags::CLOEXEC);
    let fd = install(cx, FdEntry { cloexec, inheriting, ..FdEntry::with_rights(open, rights) })?;
    Ok(Opened { fd, kind })
}

fn open_tail(flags: OpenFlags) -> Tail {
    let exclusive = flags.contains(OpenFlags::CREAT | OpenFlags::EXCL);
    if exclusive || flags.contains(OpenFlags::NOFOLLOW) { Tail::NoFollow } else { Tail::Follow }
}

/// Opens or creates what the walk ended at.
fn open_resolved(
    resolved: Resolved,
    flags: OpenFlags,
    how: OpenHow,
    mode: Mode,
) -> SysResult<(Arc<dyn File>, Arc<Location>)> {
    let Resolved { dir, name, trailing_slash, found, stat } = resolved;
    let Some(place) = found else {
        if !flags.contains(OpenFlags::CREAT) {
            return fail(Errno::ENOENT, "");
        }
        if trailing_slash {
            return fail(Errno::EISDIR, "a slash follows the name of a file to create");
        }
        if flags.contains(OpenFlags::DIRECTORY) {
            return fail(Errno::EINVAL, "O_CREAT together with O_DIRECTORY");
        }
        dir.mount().check_writable()?;
        let name = name.unwrap_or_default();
        return match directory(&dir)?.create(&name, mode, how) {
            Ok((node, file)) => Ok((file, dir.child(&name, node))),
            // Somebody was quicker; as good as found, unless it had to be ours.
            Err(e) if e.errno == Errno::EEXIST && !flags.contains(OpenFlags::EXCL) => {
                let node = directory(&dir)?.lookup(&name)?.node;
                Ok((open_node(&node, how)?, dir.child(&name, node)))
            }
            Err(e) => Err(e),
        };
    };
    if flags.contains(OpenFlags::CREAT | OpenFlags::EXCL) {
        return fail(Errno::EEXIST, "");
    }
    let kind = stat.map_or(place.node().kind(), |s| s.kind);
    match kind {
        FileType::Symlink => return fail(Errno::ELOOP, "a symbolic link, and none is to be followed"),
        FileType::Directory if how.write => return fail(Errno::EISDIR, "a directory cannot be opened for writing"),
        FileType::Directory if flags.contains(OpenFlags::CREAT) => {
            return fail(Errno::EISDIR, "O_CREAT of what is a directory");
        }
        FileType::Directory => {}
        _ if flags.contains(OpenFlags::DIRECTORY) => return fail(Errno::ENOTDIR, "O_DIRECTORY of what is none"),
        FileType::Regular if how.write || how.truncate => place.mount().check_writable()?,
        _ => {}
    }
    Ok((open_node(place.node(), how)?, place))
}

/// Opens a node. O_TRUNC without writing empties a regular file too (open(2): unspecified by POSIX, so on Linux): as a
/// writer would, who must be allowed to.
fn open_node(node: &NodeRef, mut how: OpenHow) -> SysResult<Arc<dyn File>> {
    if how.truncate && !how.write {
        if node.kind() == FileType::Regular {
            node.open(OpenHow { read: false, write: true, ..how })?;
        }
        how.truncate = false;
    }
    node.open(how)
}

/// The bits that mkdir(2) takes; on Linux the others are ignored.
const MKDIR_BITS: Mode = Mode(0o1777);

/// mkdirat(2). EEXIST for anything that is there, links too.
pub(crate) fn sys_mkdirat(cx: &mut Cx, at: At, path: &[u8], mode: Mode) -> SysResult<()> {
    let base = base_with(cx, at, Rights::PATH_CREATE_DIRECTORY)?;
    let (dir, name) = new_name(resolve_new(cx, &base, path)?, true)?;
    directory(&dir)?.mkdir(&name, mode.within(MKDIR_BITS).without(cx.process.umask()))
}

/// mkfifo(3). EEXIST for anything that is there; EPERM where the file system has none.
pub(crate) fn sys_mkfifoat(cx: &mut Cx, at: At, path: &[u8], mode: Mode) -> SysResult<()> {
    let base = base_with(cx, at, Rights::PATH_CREATE_FILE)?;
    let (dir, name) = new_name(resolve_new(cx, &base, path)?, false)?;
    directory(&dir)?.mkfifo(&name, mode.within(Mode(0o777)).without(cx.process.umask()))
}

/// Makes a unix socket's file for bind(2), and tells its attributes. EADDRINUSE for anything that is there.
pub(super) fn make_socket(cx: &Cx, path: &[u8]) -> SysResult<Stat> {
    let base = base_with(cx, At::Cwd, Rights::empty())?;
    let (dir, name) = match new_name(resolve_new(cx, &base, path)?, false) {
        Err(e) if e.errno == Errno::EEXIST => return fail(Errno::EADDRINUSE, "the name is taken"),
        found => found?,
    };
    let mode = Mode(0o777).without(cx.process.umask());
    match directory(&dir)?.mksock(&name, mode) {
        Err(e) if e.errno == Errno::EEXIST => fail(Errno::EADDRINUSE, "the name is taken"),
        Err(e) => Err(e),
        Ok(()) => resolve(cx, &base, path, Tail::NoFollow)?.into_stat(),
    }
}

/// The attributes of a unix socket's file for connect(2) and send(2), which must be allowed to write it. ECONNREFUSED for what
/// is no socket.
pub(super) fn find_socket(cx: &Cx, path: &[u8]) -> SysResult<Stat> {
    let base = base_with(cx, At::Cwd, Rights::empty())?;
    let stat = resolve(cx, &base, path, Tail::Follow)?.into_stat()?;
    if !cx.process.credentials.may(&stat, Access::WRITE) {
        return fail(Errno::EACCES, "no permission to write the socket's file");
    }
    match stat.kind {
        FileType::SocketStream | FileType::SocketDgram => Ok(stat),
        _ => fail(Errno::ECONNREFUSED, "not a socket"),
    }
}

/// unlinkat(2), with AT_REMOVEDIR rmdir(2). EISDIR, ENOTDIR, ENOTEMPTY, EBUSY for mount points, EINVAL for `.`.
pub(crate) fn sys_unlinkat(cx: &mut Cx, at: At, path: &[u8], flags: AtFlags) -> SysResult<()> {
    let removes_directory = flags.contains(AtFlags::REMOVEDIR);
    let right = if removes_directory { Rights::PATH_REMOVE_DIRECTORY } else { Rights::PATH_UNLINK_FILE };
    let base = base_with(cx, at, right)?;
    let resolved = resolve(cx, &base, path, Tail::NoFollow)?;
    let (dir, name, found) = old_name(resolved, path, removes_directory)?;
    if dir.holds_mount(&name) {
        return fail(Errno::EBUSY, "a mount point is there or below");
    }
    dir.mount().check_writable()?;
    let is_directory = found.node().kind() == FileType::Directory;
    match (removes_directory, is_directory) {
        (true, false) => fail(Errno::ENOTDIR, "not a directory"),
        (false, true) => fail(Errno::EISDIR, "a directory"),
        (true, true) => directory(&dir)?.rmdir(&name),
        (false, false) => directory(&dir)?.unlink(&name),
    }
}

/// renameat(2). EXDEV between mounts, EINVAL into itself, EBUSY for mount points.
pub(crate) fn sys_renameat(cx: &mut Cx, at: At, path: &[u8], to_at: At, to_path: &[u8]) -> SysResult<()> {
    let base = base_with(cx, at, Rights::PATH_RENAME_SOURCE)?;
    let to_base = base_with(cx, to_at, Rights::PATH_RENAME_TARGET)?;
    let resolved = resolve(cx, &base, path, Tail::NoFollow)?;
    let (dir, name, found) = old_name(resolved, path, false)?;
    let is_directory = found.node().kind() == FileType::Directory;
    let target = resolve(cx, &to_base, to_path, Tail::NoFollow)?;
    if target.name.is_none() {
        return fail(Errno::EBUSY, "the new name ends in `.`, `..` or is the root");
    }
    if target.trailing_slash && !is_directory {
        return fail(Errno::ENOTDIR, "a slash follows the new name of what is not a directory");
    }
    if dir.mount().id() != target.dir.mount().id() {
        return fail(Errno::EXDEV, "another mount");
    }
    let to_name = target.name.unwrap_or_default();
    if dir.holds_mount(&name) || target.dir.holds_mount(&to_name) {
        return fail(Errno::EBUSY, "a mount point is there or below");
    }
    dir.mount().check_writable()?;
    directory(&dir)?.rename(&name, target.dir.node(), &to_name, RenameFlags::empty())
}

/// linkat(2). EPERM for directories, EXDEV between mounts, EEXIST.
pub(crate) fn sys_linkat(cx: &mut Cx, at: At, path: &[u8], to_at: At, to_path: &[u8], flags: AtFlags) -> SysResult<()> {
    let base = base_with(cx, at, Rights::PATH_LINK_SOURCE)?;
    let to_base = base_with(cx, to_at, Rights::PATH_LINK_TARGET)?;
    let tail = if flags.contains(AtFlags::SYMLINK_FOLLOW) { Tail::Follow } else { Tail::NoFollow };
    let (source, _) = resolve(cx, &base, path, tail)?.existing()?;
    let (dir, name) = new_name(resolve_new(cx, &to_base, to_path)?, false)?;
    if source.node().kind() == FileType::Directory {
        return fail(Errno::EPERM, "directories have no hard links");
    }
    if dir.mount().id() != source.mount().id() {
        return fail(Errno::EXDEV, "another mount");
    }
    directory(&dir)?.link(&name, source.node())
}

/// symlinkat(2). ENOENT for an empty target, EEXIST.
pub(crate) fn sys_symlinkat(cx: &mut Cx, target: &[u8], at: At, path: &[u8]) -> SysResult<()> {
    let base = base_with(cx, at, Rights::PATH_SYMLINK)?;
    if target.is_empty() {
        return fail(Errno::ENOENT, "empty target");
    }
    if target.contains(&0) {
        return fail(Errno::EINVAL, "NUL byte in target");
    }
    if target.len() >= crate::vfs::walk::PATH_MAX {
        return fail(Errno::ENAMETOOLONG, "target longer than PATH_MAX");
    }
    let (dir, name) = new_name(resolve_new(cx, &base, path)?, false)?;
    directory(&dir)?.symlink(&name, target)
}

/// readlinkat(2). EINVAL for what is not a link. The caller cuts the answer to its buffer.
pub(crate) fn sys_readlinkat(cx: &mut Cx, at: At, path: &[u8]) -> SysResult<Vec<u8>> {
    let base = base_with(cx, at, Rights::PATH_READLINK)?;
    let (place, _) = resolve(cx, &base, path, Tail::NoFollow)?.existing()?;
    place.node().readlink(cx.process.pid)
}

/// fstatat(2).
pub(crate) fn sys_fstatat(cx: &mut Cx, at: At, path: &[u8], flags: AtFlags) -> SysResult<Stat> {
    let base = base_with(cx, at, Rights::PATH_FILESTAT_GET)?;
    walk::stat(start(cx, &base), path, tail(flags))
}

/// utimensat(2).
pub(crate) fn sys_utimensat(
    cx: &mut Cx,
    at: At,
    path: &[u8],
    atime: SetTime,
    mtime: SetTime,
    flags: AtFlags,
) -> SysResult<()> {
    let base = base_with(cx, at, Rights::PATH_FILESTAT_SET_TIMES)?;
    let (place, _) = resolve(cx, &base, path, tail(flags))?.existing()?;
    place.mount().check_writable()?;
    place.node().set_times(atime, mtime)
}

/// truncate(2). EISDIR for directories, EINVAL for what else has no size, EFBIG at the process' limit.
pub(crate) fn sys_truncate(cx: &mut Cx, path: &[u8], len: u64) -> SysResult<()> {
    check_offset(len)?;
    let base = base_with(cx, At::Cwd, Rights::empty())?;
    let (place, _) = resolve(cx, &base, path, Tail::Follow)?.existing()?;
    match place.node().kind() {
        FileType::Directory => return fail(Errno::EISDIR, "a directory has no size to set"),
        FileType::Regular => {}
        _ => return fail(Errno::EINVAL, "not a regular file"),
    }
    place.mount().check_writable()?;
    check_size_limit(cx, len)?;
    let how = OpenHow { caller: cx.process.pid, read: false, write: true, truncate: false };
    place.node().open(how)?.truncate(len)
}

pub(super) fn tail(flags: AtFlags) -> Tail {
    if flags.contains(AtFlags::SYMLINK_NOFOLLOW) { Tail::NoFollow } else { Tail::Follow }
}

/// Where a path starts.
pub(super) struct Base {
    place: Arc<Location>,
    /// Whether it must stay below.
    beneath: bool,
    /// What may be given to descriptors opened from here.
    may_give: Rights,
}

/// The working directory, or the directory behind a descriptor that has these rights.
pub(super) fn base_with(cx: &Cx, at: At, rights: Rights) -> SysResult<Base> {
    let fd = match at {
        At::Cwd => {
            let place = cx.process.cwd.lock().clone();
            return Ok(Base { place, beneath: false, may_give: Rights::all() });
        }
        At::Dir(fd) => fd,
    };
    let fds = cx.process.fds.lock();
    let entry = fds.get(fd)?;
    let Some(place) = entry.file.location().filter(|l| l.node().kind() == FileType::Directory) else {
        return fail(Errno::ENOTDIR, "the descriptor is not of a directory");
    };
    entry.check(rights)?;
    Ok(Base { place: place.clone(), beneath: true, may_give: entry.inheriting })
}

pub(super) fn resolve(cx: &Cx, base: &Base, path: &[u8], tail: Tail) -> SysResult<Resolved> {
    walk::walk(start(cx, base), path, tail)
}

fn start<'a>(cx: &'a Cx, base: &'a Base) -> Start<'a> {
    let root = &cx.process.root;
    // A handle on the root is the root, so that absolute links work through it.
    let at_root = base.place.parent().is_none();
    let place = if at_root { root } else { &base.place };
    Start { root, base: place, beneath: base.beneath, caller: cx.process.pid }
}

/// For calls that create what is not a regular file: no link in the last component is followed.
fn resolve_new(cx: &Cx, base: &Base, path: &[u8]) -> SysResult<Resolved> {
    // A trailing slash would make the walk follow a link; what must not exist yet needs none followed.
    let end = path.iter().rposition(|b| *b != b'/').map_or(0, |i| i.saturating_add(1));
    let slashes = end < path.len();
    let mut resolved =
        resolve(cx, base, if end == 0 { path } else { path.get(..end).unwrap_or(path) }, Tail::NoFollow)?;
    resolved.trailing_slash |= slashes;
    Ok(resolved)
}

/// The directory and name to create, which must be free. Only a directory's new name may end in a slash.
fn new_name(resolved: Resolved, of_directory: bool) -> SysResult<(Arc<Location>, Box<[u8]>)> {
    if resolved.found.is_some() {
        return fail(Errno::EEXIST, "");
    }
    let Some(name) = resolved.name else { return fail(Errno::EEXIST, "") };
    if resolved.trailing_slash && !of_directory {
        return fail(Errno::ENOENT, "a slash follows the name of what is not a directory");
    }
    resolved.dir.mount().check_writable()?;
    Ok((resolved.dir, name))
}

/// A directory, a name in it, and what is there.
type Entry = (Arc<Location>, Box<[u8]>, Arc<Location>);

/// The directory and name of what is to be removed or moved.
fn old_name(resolved: Resolved, path: &[u8], removes_directory: bool) -> SysResult<Entry> {
    let Resolved { dir, name, found, .. } = resolved;
    let Some(found) = found else { return fail(Errno::ENOENT, "") };
    match name {
        Some(name) => Ok((dir, name, found)),
        None if path.ends_with(b"..") && removes_directory => fail(Errno::ENOTEMPTY, "the parent of a directory"),
        None if removes_directory && found.parent().is_some() => fail(Errno::EINVAL, "`.` cannot be removed"),
        None => fail(Errno::EBUSY, "`.`, `..` or the root"),
    }
}
