//! From a relative path to a directory handle and one name, without following anything.
//!
//! Two ways, equally safe: openat2(2) walks the whole path in the host's kernel, which refuses symbolic links, magic links
//! and every way out; where it is missing (before Linux 5.6, under some seccomp filters) each component is opened by itself,
//! O_NOFOLLOW, from the handle before. Neither can be fooled by a rename in between: a step starts from a handle, never from
//! a path looked at earlier, and no component is `..`.

use std::os::fd::{AsFd, OwnedFd};

use gopherix_abi::Errno;
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno as Host;

use crate::errno::from_host;

/// How paths of several components are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// By openat2(2), in one system call.
    Openat2,
    /// Component by component.
    Stepwise,
}

/// What an acceptable path names.
pub(super) enum Target<'a> {
    /// The directory itself (the empty path).
    Itself,
    /// An entry of it.
    Entry(&'a [u8]),
    /// The entry `name` of the directory `parent` below it; `path` is both.
    Below { path: &'a [u8], parent: &'a [u8], name: &'a [u8] },
}

/// O_PATH handles on directories serve only to start the next step from.
const STEP: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
const RESOLVE: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_SYMLINKS).union(ResolveFlags::NO_MAGICLINKS);
/// Attempts after EAGAIN, which openat2 answers when a rename raced with it.
const TRIES: usize = 8;

impl Walk {
    /// Openat2 if this host has it and lets us use it.
    pub(super) fn detect(dir: impl AsFd) -> Walk {
        match fs::openat2(dir, c".", STEP, Mode::empty(), RESOLVE) {
            Ok(_) => Walk::Openat2,
            Err(_) => Walk::Stepwise,
        }
    }

    /// Opens `path` below `dir` with `flags`, to which O_NOFOLLOW and O_CLOEXEC are added.
    pub(super) fn open(self, dir: impl AsFd, target: &Target<'_>, flags: OFlags, mode: Mode) -> SysResult<OwnedFd> {
        let dir = dir.as_fd();
        let flags = flags.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
        let opened = match *target {
            Target::Itself => fs::openat(dir, c".", flags, mode),
            Target::Entry(name) => fs::openat(dir, name, flags, mode),
            Target::Below { path, .. } if self == Walk::Openat2 => match openat2(dir, path, flags, mode) {
                Err(Host::AGAIN) => return Walk::Stepwise.open(dir, target, flags, mode),
                opened => opened,
            },
            Target::Below { parent, name, .. } => fs::openat(self.parent(dir, parent)?, name, flags, mode),
        };
        opened.map_err(from_host)
    }

    /// A handle on the directory `path`, to start from.
    pub(super) fn parent(self, dir: impl AsFd, path: &[u8]) -> SysResult<OwnedFd> {
        let dir = dir.as_fd();
        if self == Walk::Openat2 {
            match openat2(dir, path, STEP, Mode::empty()) {
                Err(Host::AGAIN) => {}
                opened => return opened.map_err(from_host),
            }
        }
        let mut at: Option<OwnedFd> = None;
        for name in path.split(|b| *b == b'/') {
            at = Some(step(at.as_ref().map_or(dir, AsFd::as_fd), name)?);
        }
        match at {
            Some(at) => Ok(at),
            None => fail(Errno::EINVAL, "empty path"),
        }
    }
}

fn openat2(dir: impl AsFd, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd, Host> {
    let dir = dir.as_fd();
    for _ in 0..TRIES {
        match fs::openat2(dir, path, flags, mode, RESOLVE) {
            Err(Host::AGAIN | Host::INTR) => {}
            opened => return opened,
        }
    }
    Err(Host::AGAIN)
}

/// Opens one directory; a symbolic link is ELOOP as with openat2, where O_DIRECTORY alone would say ENOTDIR.
fn step(dir: impl AsFd, name: &[u8]) -> SysResult<OwnedFd> {
    let dir = dir.as_fd();
    match fs::openat(dir, name, STEP.union(OFlags::NOFOLLOW), Mode::empty()) {
        Ok(fd) => Ok(fd),
        Err(Host::NOTDIR) => match fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => Err(from_host(Host::LOOP)),
            _ => Err(from_host(Host::NOTDIR)),
        },
        Err(e) => Err(from_host(e)),
    }
}

/// Refuses what the kernel's walk never sends: an absolute path, an empty component, `.`, `..`, a NUL. The kernel checks
/// this too; a mistake there must not open the host.
///
/// # Errors
/// EINVAL.
pub(super) fn split(path: &[u8]) -> SysResult<Target<'_>> {
    if path.is_empty() {
        return Ok(Target::Itself);
    }
    for part in path.split(|b| *b == b'/') {
        if matches!(part, b"" | b"." | b"..") || part.contains(&0) {
            return fail(Errno::EINVAL, "a host path has plain components only");
        }
    }
    let Some(slash) = path.iter().rposition(|b| *b == b'/') else { return Ok(Target::Entry(path)) };
    let parent = path.get(..slash).unwrap_or_default();
    let name = path.get(slash.saturating_add(1)..).unwrap_or_default();
    Ok(Target::Below { path, parent, name })
}
