//! The host's disk: directories the user granted, and nothing outside them.
//!
//! [`Disk`] is a directory handle with the calls of [`HostDir`]. The user's own path is opened once, by cap-std's ambient
//! authority; from there on every call starts at a handle and names what is below it, so the grant holds whatever the guest
//! asks and whatever is renamed meanwhile (`resolve` has the walk). No symbolic link is followed, in no component: the kernel
//! reads links and walks on in its own tree. A handle stays with its directory, also when that is moved out of the grant, as
//! any directory descriptor does; but no path from the root leads there any more.
//!
//! Only regular files and Linux's memory devices (null, zero, full, random, urandom) are opened: a FIFO would block, and
//! opening other devices has effects of its own (a watchdog starts, a tape rewinds). So a file is looked at before it is
//! opened, and, since the name may have been given to another file in between, once more after; the opening itself is
//! O_NONBLOCK. A FIFO or socket answers ENXIO, another device EACCES, a directory EISDIR. Files of the host's procfs answer
//! EACCES: among them are the memory and the environment of the home itself.
//!
//! Cost in host calls: `stat` of one component 1, of more 3; `open_file` of one component 3 (1 if created), of more 5 (1),
//! and 1 more on a file system without a block device; an entry changed 1, or 3; `entries` a getdents(2) for about a
//! thousand names and 2 more; a mode or owner 3 to 4. What the umask of the host process takes from a new file's mode is given
//! back (2 more), so that the guest's umask is the one that counts. Linux only. No locks but a file's own (`file`).

pub(crate) mod convert;
mod file;
mod perm;
mod resolve;

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, Mode, SetTime, Stat};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::platform::{HostDir, HostFile, HostOpen};
use rustix::fs::{self, AtFlags, FileType, Mode as HostMode, OFlags, RawDir};

use self::file::DiskFile;
pub use self::resolve::Walk;
use self::resolve::{Target, split};
use crate::errno::from_host;
use crate::user;

/// Bytes that one getdents(2) fills: about a thousand short names.
const LISTING_BUFFER: usize = 32 * 1024;

/// A directory of the host.
#[derive(Debug)]
pub struct Disk {
    fd: OwnedFd,
    walk: Walk,
    /// What the host takes from the modes of new files: its umask, all where that is unknown.
    umask: Mode,
}

impl Disk {
    /// Grants the directory at `path`, which may be reached by symbolic links: it is the user's, not a guest's.
    ///
    /// # Errors
    /// As open(2) with O_DIRECTORY.
    pub fn open(path: &Path) -> io::Result<Arc<dyn HostDir>> {
        let fd = ambient(path)?;
        let walk = Walk::detect(&fd);
        Ok(Arc::new(Disk { fd, walk, umask: user::umask().unwrap_or(Mode::ALL) }))
    }

    /// [`Disk::open`] with the way paths are walked chosen by the caller, and without knowing the umask; tests ask for both.
    ///
    /// # Errors
    /// As [`Disk::open`].
    pub fn open_with(path: &Path, walk: Walk) -> io::Result<Arc<dyn HostDir>> {
        Ok(Arc::new(Disk { fd: ambient(path)?, walk, umask: Mode::ALL }))
    }

    fn open_at(&self, target: &Target<'_>, flags: OFlags, mode: HostMode) -> SysResult<OwnedFd> {
        self.walk.open(&self.fd, target, flags, mode)
    }

    fn open_directory(&self, path: &[u8]) -> SysResult<OwnedFd> {
        self.open_at(&split(path)?, OFlags::RDONLY.union(OFlags::DIRECTORY), HostMode::empty())
    }

    /// The directory that holds the entry `path`, and the entry's name.
    fn entry<'a>(&'a self, path: &'a [u8]) -> SysResult<(Holder<'a>, &'a [u8])> {
        match split(path)? {
            Target::Itself => fail(Errno::EINVAL, "a directory is no entry of itself"),
            Target::Entry(name) => Ok((Holder::Own(self.fd.as_fd()), name)),
            Target::Below { parent, name, .. } => Ok((Holder::Opened(self.walk.parent(&self.fd, parent)?), name)),
        }
    }

    fn open_existing(&self, path: &[u8], flags: OFlags) -> SysResult<OwnedFd> {
        let (dir, name) = self.entry(path)?;
        let before = fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW).map_err(from_host)?;
        check_harmless(&before)?;
        let fd = self.walk.open(&dir, &Target::Entry(name), flags, HostMode::empty())?;
        let after = fs::fstat(&fd).map_err(from_host)?;
        check_harmless(&after)?;
        check_not_proc(&fd, &after)?;
        Ok(fd)
    }
}

impl AsFd for Disk {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The directory an entry is in: the handle's own, or one opened on the way.
enum Holder<'a> {
    Own(BorrowedFd<'a>),
    Opened(OwnedFd),
}

impl AsFd for Holder<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Holder::Own(fd) => *fd,
            Holder::Opened(fd) => fd.as_fd(),
        }
    }
}

fn ambient(path: &Path) -> io::Result<OwnedFd> {
    Ok(cap_std::fs::Dir::open_ambient_dir(path, cap_std::ambient_authority())?.into())
}

/// Whether opening (and reading and writing) a file neither blocks nor reaches past the file system.
fn check_harmless(stat: &fs::Stat) -> SysResult<()> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(()),
        FileType::Directory => fail(Errno::EISDIR, "a directory"),
        FileType::Symlink => fail(Errno::ELOOP, "a symbolic link"),
        FileType::CharacterDevice if is_memory_device(stat) => Ok(()),
        FileType::CharacterDevice | FileType::BlockDevice => fail(Errno::EACCES, "this device of the host is closed"),
        FileType::Fifo | FileType::Socket | FileType::Unknown => {
            fail(Errno::ENXIO, "FIFOs and sockets of the host are not opened by name")
        }
    }
}

/// null, zero, full, random and urandom (Linux's Documentation/admin-guide/devices.txt, major 1).
fn is_memory_device(stat: &fs::Stat) -> bool {
    fs::major(stat.st_rdev) == 1 && matches!(fs::minor(stat.st_rdev), 3 | 5 | 7 | 8 | 9)
}

/// Refuses the files of a procfs, which hold the memory and the environment of the home and of the user's other processes:
/// granting `/` does not mean to grant those. Only file systems without a block device need to be asked what they are.
fn check_not_proc(fd: &OwnedFd, stat: &fs::Stat) -> SysResult<()> {
    if fs::major(stat.st_dev) != 0 || fs::fstatfs(fd).map_err(from_host)?.f_type != fs::PROC_SUPER_MAGIC {
        return Ok(());
    }
    fail(Errno::EACCES, "the host's processes are closed")
}

fn foreign<T>() -> SysResult<T> {
    fail(Errno::EXDEV, "the other name is not on the host's disk")
}

impl HostDir for Disk {
    fn stat(&self, path: &[u8]) -> SysResult<Stat> {
        let stat = match split(path)? {
            Target::Itself => fs::fstat(&self.fd),
            Target::Entry(name) => fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW),
            target @ Target::Below { .. } => fs::fstat(self.open_at(&target, OFlags::PATH, HostMode::empty())?),
        };
        stat.map(|stat| convert::stat(&stat)).map_err(from_host)
    }

    fn open_file(&self, path: &[u8], how: HostOpen) -> SysResult<Arc<dyn HostFile>> {
        let access = match (how.read, how.write) {
            (true, true) => OFlags::RDWR,
            (false, true) => OFlags::WRONLY,
            (_, false) => OFlags::RDONLY,
        };
        let flags = access.union(OFlags::NOCTTY).union(OFlags::NONBLOCK);
        let fd = match how.create_new {
            // O_EXCL makes a regular file or fails, so there is nothing to look at.
            Some(mode) => {
                let flags = flags.union(OFlags::CREATE).union(OFlags::EXCL);
                let fd = self.open_at(&split(path)?, flags, convert::mode(mode))?;
                self.unmask_file(&fd, mode)?;
                fd
            }
            None if path.is_empty() => return fail(Errno::EISDIR, "a directory"),
            None if how.truncate && how.write => self.open_existing(path, flags.union(OFlags::TRUNC))?,
            None => self.open_existing(path, flags)?,
        };
        Ok(Arc::new(DiskFile::new(fd)))
    }

    fn open_dir(&self, path: &[u8]) -> SysResult<Arc<dyn HostDir>> {
        Ok(Arc::new(Disk { fd: self.open_directory(path)?, walk: self.walk, umask: self.umask }))
    }

    fn entries(&self, path: &[u8]) -> SysResult<Vec<DirEntry>> {
        // A handle of its own, since getdents moves the offset that all users of a handle share.
        let fd = self.open_directory(path)?;
        let mut buffer = Vec::<u8>::with_capacity(LISTING_BUFFER);
        let mut raw = RawDir::new(&fd, buffer.spare_capacity_mut());
        let mut entries = Vec::new();
        while let Some(entry) = raw.next() {
            let entry = entry.map_err(from_host)?;
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b"..") {
                let kind = convert::kind(entry.file_type());
                entries.push(DirEntry { ino: entry.ino(), kind, name: name.into() });
            }
        }
        Ok(entries)
    }

    fn mkdir(&self, path: &[u8], mode: Mode) -> SysResult<()> {
        let (dir, name) = self.entry(path)?;
        fs::mkdirat(dir, name, convert::mode(mode)).map_err(from_host)?;
        self.unmask_directory(path, mode)
    }

    fn mksock(&self, path: &[u8], mode: Mode) -> SysResult<()> {
        let (dir, name) = self.entry(path)?;
        fs::mknodat(dir, name, FileType::Socket, convert::mode(mode), 0).map_err(from_host)?;
        self.set_mode(path, mode)
    }

    fn unlink(&self, path: &[u8]) -> SysResult<()> {
        let (dir, name) = self.entry(path)?;
        fs::unlinkat(dir, name, AtFlags::empty()).map_err(from_host)
    }

    fn rmdir(&self, path: &[u8]) -> SysResult<()> {
        let (dir, name) = self.entry(path)?;
        fs::unlinkat(dir, name, AtFlags::REMOVEDIR).map_err(from_host)
    }

    fn rename(&self, path: &[u8], to: &dyn HostDir, to_path: &[u8]) -> SysResult<()> {
        let Some(to) = to.as_any().downcast_ref::<Disk>() else { return foreign() };
        let (dir, name) = self.entry(path)?;
        let (to_dir, to_name) = to.entry(to_path)?;
        fs::renameat(dir, name, to_dir, to_name).map_err(from_host)
    }

    fn link(&self, path: &[u8], to: &dyn HostDir, to_path: &[u8]) -> SysResult<()> {
        let Some(to) = to.as_any().downcast_ref::<Disk>() else { return foreign() };
        let (dir, name) = self.entry(path)?;
        let (to_dir, to_name) = to.entry(to_path)?;
        fs::linkat(dir, name, to_dir, to_name, AtFlags::empty()).map_err(from_host)
    }

    fn symlink(&self, target: &[u8], path: &[u8]) -> SysResult<()> {
        let (dir, name) = self.entry(path)?;
        fs::symlinkat(target, dir, name).map_err(from_host)
    }

    fn readlink(&self, path: &[u8]) -> SysResult<Vec<u8>> {
        let (dir, name) = self.entry(path)?;
        fs::readlinkat(dir, name, Vec::new()).map(std::ffi::CString::into_bytes).map_err(from_host)
    }

    fn set_times(&self, path: &[u8], atime: SetTime, mtime: SetTime) -> SysResult<()> {
        let times = convert::times(atime, mtime);
        if path.is_empty() {
            return fs::utimensat(&self.fd, c".", &times, AtFlags::SYMLINK_NOFOLLOW).map_err(from_host);
        }
        let (dir, name) = self.entry(path)?;
        fs::utimensat(dir, name, &times, AtFlags::SYMLINK_NOFOLLOW).map_err(from_host)
    }

    fn set_mode(&self, path: &[u8], mode: Mode) -> SysResult<()> {
        self.change_mode(path, mode)
    }

    fn set_owner(&self, path: &[u8], uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        self.change_owner(path, uid, gid)
    }

    fn sync(&self) -> SysResult<()> {
        fs::fsync(self.open_directory(b"")?).map_err(from_host)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
