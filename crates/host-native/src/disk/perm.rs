//! Modes and owners of the host's files.
//!
//! Both are changed through a handle on the very file (O_PATH, no link followed), which was looked at first: not those of
//! devices, whose permissions are about the machine and not about the grant, nor those of procfs. A mode is set by way of the
//! host's `/proc/self/fd`, since Linux has no chmod that follows no link (before fchmodat2(2) of 6.6), as glibc's fchmodat does.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use gopherix_abi::{Errno, Mode};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use rustix::fs::{self, AtFlags, FileType, Gid, Mode as HostMode, OFlags, Uid};
use rustix::io::Errno as Host;

use super::{Disk, check_not_proc, convert, resolve};
use crate::errno::from_host;

const PERMISSIONS: u32 = 0o777;
const SET_ID: u32 = 0o6000;

impl Disk {
    /// A handle on a file whose mode and owner may be changed, with its attributes.
    fn changeable(&self, path: &[u8]) -> SysResult<(OwnedFd, fs::Stat)> {
        let fd = self.open_at(&resolve::split(path)?, OFlags::PATH, HostMode::empty())?;
        let stat = fs::fstat(&fd).map_err(from_host)?;
        check_no_device(&stat)?;
        check_not_proc(&fd, &stat)?;
        Ok((fd, stat))
    }

    pub(super) fn change_mode(&self, path: &[u8], mode: Mode) -> SysResult<()> {
        let (fd, stat) = self.changeable(path)?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
            return fail(Errno::ENOTSUP, "the mode of a symbolic link cannot be set");
        }
        chmod_handle(&fd, settable(&stat, mode)?)
    }

    pub(super) fn change_owner(&self, path: &[u8], uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        let (fd, _) = self.changeable(path)?;
        let (uid, gid) = (uid.map(Uid::from_raw), gid.map(Gid::from_raw));
        let flags = AtFlags::EMPTY_PATH.union(AtFlags::SYMLINK_NOFOLLOW);
        fs::chownat(&fd, c"", uid, gid, flags).map_err(from_host)
    }

    /// Gives a new directory the bits that the host's umask kept from it.
    pub(super) fn unmask_directory(&self, path: &[u8], mode: Mode) -> SysResult<()> {
        if !mode.intersects(self.umask) {
            return Ok(());
        }
        let fd = self.open_at(&resolve::split(path)?, OFlags::PATH.union(OFlags::DIRECTORY), HostMode::empty())?;
        match unmasked(&fs::fstat(&fd).map_err(from_host)?, mode) {
            Some(mode) => chmod_handle(&fd, mode),
            None => Ok(()),
        }
    }

    /// Gives a new file the bits that the host's umask kept from it.
    pub(super) fn unmask_file(&self, fd: &OwnedFd, mode: Mode) -> SysResult<()> {
        if !mode.intersects(self.umask) {
            return Ok(());
        }
        match unmasked(&fs::fstat(fd).map_err(from_host)?, mode) {
            Some(mode) => fs::fchmod(fd, mode).map_err(from_host),
            None => Ok(()),
        }
    }
}

/// [`Disk::change_mode`] of an open file.
pub(super) fn change_mode(fd: &OwnedFd, mode: Mode) -> SysResult<()> {
    let stat = fs::fstat(fd).map_err(from_host)?;
    check_no_device(&stat)?;
    fs::fchmod(fd, settable(&stat, mode)?).map_err(from_host)
}

/// [`Disk::change_owner`] of an open file.
pub(super) fn change_owner(fd: &OwnedFd, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
    check_no_device(&fs::fstat(fd).map_err(from_host)?)?;
    fs::fchown(fd, uid.map(Uid::from_raw), gid.map(Gid::from_raw)).map_err(from_host)
}

fn check_no_device(stat: &fs::Stat) -> SysResult<()> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::CharacterDevice | FileType::BlockDevice => fail(Errno::EPERM, "the host's devices stay as they are"),
        _ => Ok(()),
    }
}

/// The mode that a guest may give: a program that runs with the host user's rights is not for it to make. A directory's
/// set-id bits mean something else.
fn settable(stat: &fs::Stat, mode: Mode) -> SysResult<HostMode> {
    let new = u32::from(mode.within(Mode::ALL).0);
    let is_directory = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
    if !is_directory && new & SET_ID & !stat.st_mode != 0 {
        return fail(Errno::EPERM, "set-user-id and set-group-id are not given to the host's files");
    }
    Ok(HostMode::from_raw_mode(new))
}

/// The mode that a new file lacks bits of.
fn unmasked(stat: &fs::Stat, mode: Mode) -> Option<HostMode> {
    let wanted = u32::from(mode.0) & PERMISSIONS;
    let whole = stat.st_mode & (SET_ID | convert::STICKY) | wanted;
    (stat.st_mode & PERMISSIONS != wanted).then(|| HostMode::from_raw_mode(whole))
}

fn chmod_handle(fd: &OwnedFd, mode: HostMode) -> SysResult<()> {
    let path = format!("/proc/self/fd/{}", fd.as_fd().as_raw_fd());
    match fs::chmodat(fs::CWD, path, mode, AtFlags::empty()) {
        Err(Host::NOENT) => fail(Errno::ENOTSUP, "the host has no /proc"),
        done => done.map_err(from_host),
    }
}
