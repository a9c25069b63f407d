//! Permissions and owners: fchmodat(2), fchmod(2), fchownat(2), fchown(2), faccessat(2).
//!
//! None waits. Who may change what is decided here, by the process' [`Credentials`](crate::task::Credentials) and the file's
//! owner; a file system may refuse more (a host directory does what the host says). WASI has no right for these calls, nor
//! calls that lead here: where a descriptor's rights count, the right to set times is asked, which is WASI's only one to
//! change attributes alone. Common errors: EPERM (neither root nor the owner), EROFS, EINVAL (unknown flags), and those of
//! every path.

use gopherix_abi::{Access, At, AtFlags, Errno, Fd, FileType, Mode, Rights, Stat};

use super::file_with;
use super::path::{base_with, resolve, tail};
use crate::error::{SysResult, fail};
use crate::file::OpenFile;
use crate::task::Cx;

/// fchmodat(2). ENOTSUP for a symbolic link itself (AT_SYMLINK_NOFOLLOW), whose mode nobody looks at.
pub(crate) fn sys_fchmodat(cx: &mut Cx, at: At, path: &[u8], mode: Mode, flags: AtFlags) -> SysResult<()> {
    check_flags(flags)?;
    let base = base_with(cx, at, Rights::PATH_FILESTAT_SET_TIMES)?;
    let (place, stat) = resolve(cx, &base, path, tail(flags))?.existing()?;
    place.mount().check_writable()?;
    let stat = stat.map_or_else(|| place.node().stat(), Ok)?;
    place.node().set_mode(settable(cx, &stat, mode)?)
}

/// fchmod(2).
pub(crate) fn sys_fchmod(cx: &mut Cx, fd: Fd, mode: Mode) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::FD_FILESTAT_SET_TIMES)?;
    check_writable(&file)?;
    file.file().set_mode(settable(cx, &file.file().stat()?, mode)?)
}

/// fchownat(2); `None` leaves the owner or the group as it is.
pub(crate) fn sys_fchownat(
    cx: &mut Cx,
    at: At,
    path: &[u8],
    uid: Option<u32>,
    gid: Option<u32>,
    flags: AtFlags,
) -> SysResult<()> {
    check_flags(flags)?;
    let base = base_with(cx, at, Rights::PATH_FILESTAT_SET_TIMES)?;
    let (place, stat) = resolve(cx, &base, path, tail(flags))?.existing()?;
    place.mount().check_writable()?;
    let stat = stat.map_or_else(|| place.node().stat(), Ok)?;
    check_giving(cx, &stat, uid, gid)?;
    place.node().set_owner(uid, gid)
}

/// fchown(2).
pub(crate) fn sys_fchown(cx: &mut Cx, fd: Fd, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::FD_FILESTAT_SET_TIMES)?;
    check_writable(&file)?;
    check_giving(cx, &file.file().stat()?, uid, gid)?;
    file.file().set_owner(uid, gid)
}

/// faccessat(2), by mode bits and owner. EACCES; EROFS for writing to what a read-only mount stores. Real and effective ids
/// are the same here, so AT_EACCESS, which has the number of AT_REMOVEDIR, needs no flag.
pub(crate) fn sys_faccessat(cx: &mut Cx, at: At, path: &[u8], access: Access, flags: AtFlags) -> SysResult<()> {
    check_flags(flags)?;
    let base = base_with(cx, at, Rights::PATH_FILESTAT_GET)?;
    let (place, stat) = resolve(cx, &base, path, tail(flags))?.existing()?;
    if access.is_empty() {
        return Ok(());
    }
    let stat = stat.map_or_else(|| place.node().stat(), Ok)?;
    // Devices, FIFOs and sockets of a read-only mount are written elsewhere.
    let stored = matches!(stat.kind, FileType::Regular | FileType::Directory | FileType::Symlink);
    if access.contains(Access::WRITE) && stored {
        place.mount().check_writable()?;
    }
    if cx.process.credentials.may(&stat, access) { Ok(()) } else { fail(Errno::EACCES, "the mode does not allow it") }
}

fn check_flags(flags: AtFlags) -> SysResult<()> {
    if AtFlags::SYMLINK_NOFOLLOW.contains(flags) { Ok(()) } else { fail(Errno::EINVAL, "only AT_SYMLINK_NOFOLLOW") }
}

fn check_writable(file: &OpenFile) -> SysResult<()> {
    file.location().map_or(Ok(()), |location| location.mount().check_writable())
}

/// The mode that chmod(2) gives: without set-group-id if the caller is not in the file's group.
fn settable(cx: &Cx, stat: &Stat, mode: Mode) -> SysResult<Mode> {
    let caller = &cx.process.credentials;
    if stat.kind == FileType::Symlink {
        return fail(Errno::ENOTSUP, "the mode of a symbolic link cannot be set");
    }
    if !caller.is_root() && caller.uid != stat.uid {
        return fail(Errno::EPERM, "the file is somebody else's");
    }
    let mode = mode.within(Mode::ALL);
    Ok(if caller.is_root() || caller.is_in(stat.gid) { mode } else { mode.without(Mode::SGID) })
}

/// Only root gives a file away; its owner can give it to a group of their own (chown(2)).
fn check_giving(cx: &Cx, stat: &Stat, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
    if uid == Some(u32::MAX) || gid == Some(u32::MAX) {
        return fail(Errno::EINVAL, "-1 is nobody");
    }
    let caller = &cx.process.credentials;
    let owns = caller.uid == stat.uid;
    let uid_stays = uid.is_none_or(|uid| owns && uid == stat.uid);
    let gid_is_own = gid.is_none_or(|gid| owns && (gid == stat.gid || caller.is_in(gid)));
    if caller.is_root() || (uid_stays && gid_is_own) {
        Ok(())
    } else {
        fail(Errno::EPERM, "only root gives files to others")
    }
}
