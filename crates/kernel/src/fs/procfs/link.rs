//! The links of procfs: `self`, and the magic links `PID/cwd`, `PID/exe`, `PID/root` and `PID/fd/N`.
//!
//! A magic link leads to the very file, whatever its path says by now. What readlink(2) says of a descriptor is the path it
//! was opened by, also if the file was moved or removed since (Linux follows moves and adds ` (deleted)`); of a file without a
//! path what it is, as `pipe:[7]`. A terminal is `/dev/tty`, which opens it again; no other file of the host has a name here.

use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, Fd, FileType, Pid, Stat};

use super::super::anon::AnonNode;
use super::super::synthetic::{Folder, Origin, Pointer, PointerNode};
use super::{FIRST_FD, NO_NEW_NAMES, ino, number, process};
use crate::error::{SysError, SysResult, fail};
use crate::file::{File, OpenFile};
use crate::task::Executable;
use crate::vfs::{Location, MagicTarget, Name, NodeRef};

/// Size of a magic link as Linux tells it.
const LINK_SIZE: u64 = 64;

/// `/proc/self`.
pub(super) struct OwnLink {
    pub(super) origin: Arc<Origin>,
    pub(super) ino: u64,
}

impl Pointer for OwnLink {
    fn stat(&self) -> SysResult<Stat> {
        Ok(self.origin.stat(self.ino, FileType::Symlink, 0o777))
    }

    fn target(&self, caller: Pid) -> SysResult<Vec<u8>> {
        process(&self.origin, caller)?;
        Ok(caller.to_string().into_bytes())
    }
}

/// Which place of a process a link leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Cwd,
    Root,
}

/// `/proc/PID/cwd` and `/proc/PID/root`.
pub(super) struct PlaceLink {
    pub(super) origin: Arc<Origin>,
    pub(super) ino: u64,
    pub(super) pid: Pid,
    pub(super) what: What,
}

impl PlaceLink {
    fn place(&self) -> SysResult<Arc<Location>> {
        let (_, process) = process(&self.origin, self.pid)?;
        Ok(match self.what {
            What::Cwd => process.cwd.lock().clone(),
            What::Root => process.root.clone(),
        })
    }
}

impl Pointer for PlaceLink {
    fn stat(&self) -> SysResult<Stat> {
        process(&self.origin, self.pid)?;
        Ok(self.origin.stat(self.ino, FileType::Symlink, 0o777))
    }

    fn target(&self, _caller: Pid) -> SysResult<Vec<u8>> {
        Ok(self.place()?.path())
    }

    fn jump(&self) -> Option<SysResult<MagicTarget>> {
        Some(self.place().map(MagicTarget::Place))
    }
}

/// `/proc/PID/exe`.
pub(super) struct ExeLink {
    pub(super) origin: Arc<Origin>,
    pub(super) ino: u64,
    pub(super) pid: Pid,
}

impl Pointer for ExeLink {
    fn stat(&self) -> SysResult<Stat> {
        process(&self.origin, self.pid)?;
        Ok(self.origin.stat(self.ino, FileType::Symlink, 0o777))
    }

    fn target(&self, _caller: Pid) -> SysResult<Vec<u8>> {
        let (_, process) = process(&self.origin, self.pid)?;
        process.exe_path()
    }

    fn jump(&self) -> Option<SysResult<MagicTarget>> {
        let exe = process(&self.origin, self.pid).map(|(_, process)| process.exe.clone());
        Some(exe.and_then(|exe| match exe {
            Some(Executable::Placed(place)) => Ok(MagicTarget::Place(place)),
            Some(Executable::Image(node)) => Ok(MagicTarget::Node(node)),
            None => fail(Errno::ENOENT, "nobody knows the program's file"),
        }))
    }
}

/// `/proc/PID/fd`.
pub(super) struct FdFolder {
    pub(super) origin: Arc<Origin>,
    pub(super) ino: u64,
    pub(super) pid: Pid,
    pub(super) mode: u16,
}

impl Folder for FdFolder {
    const NO_NEW_NAMES: SysError = NO_NEW_NAMES;

    fn stat(&self) -> SysResult<Stat> {
        process(&self.origin, self.pid)?;
        Ok(self.origin.stat(self.ino, FileType::Directory, self.mode))
    }

    fn find(&self, name: &Name) -> SysResult<NodeRef> {
        let Some(fd) = number(name).map(Fd) else { return Err(SysError::bare(Errno::ENOENT)) };
        let link = FdLink { origin: self.origin.clone(), pid: self.pid, fd };
        link.open_file()?;
        Ok(PointerNode::make(link))
    }

    fn list(&self) -> SysResult<Vec<DirEntry>> {
        let (_, process) = process(&self.origin, self.pid)?;
        let fds = process.fds.lock();
        let entry = |fd: Fd| DirEntry {
            ino: fd_ino(self.pid, fd),
            kind: FileType::Symlink,
            name: fd.to_string().into_bytes().into(),
        };
        Ok(fds.iter().map(|(fd, _)| entry(fd)).collect())
    }
}

fn fd_ino(pid: Pid, fd: Fd) -> u64 {
    ino(pid, FIRST_FD.saturating_add(fd.0))
}

/// `/proc/PID/fd/N`.
struct FdLink {
    origin: Arc<Origin>,
    pid: Pid,
    fd: Fd,
}

impl FdLink {
    fn open_file(&self) -> SysResult<Arc<OpenFile>> {
        let (_, process) = process(&self.origin, self.pid)?;
        let fds = process.fds.lock();
        match fds.get(self.fd) {
            Ok(entry) => Ok(entry.file.clone()),
            Err(_) => fail(Errno::ENOENT, "there is no such descriptor"),
        }
    }
}

impl Pointer for FdLink {
    /// The permission bits tell how the descriptor is open.
    fn stat(&self) -> SysResult<Stat> {
        let access = self.open_file()?.access();
        let reads = if access.reads() { 0o500 } else { 0 };
        let writes = if access.writes() { 0o300 } else { 0 };
        let stat = self.origin.stat(fd_ino(self.pid, self.fd), FileType::Symlink, reads | writes);
        Ok(Stat { size: LINK_SIZE, ..stat })
    }

    fn target(&self, _caller: Pid) -> SysResult<Vec<u8>> {
        let open = self.open_file()?;
        match open.location() {
            Some(place) => Ok(place.path()),
            None => Ok(describe(&**open.file()).into_bytes()),
        }
    }

    fn jump(&self) -> Option<SysResult<MagicTarget>> {
        Some(self.open_file().map(|open| match open.location() {
            Some(place) => MagicTarget::Place(place.clone()),
            None => MagicTarget::Node(AnonNode::new(open.file().clone())),
        }))
    }
}

/// What a file is that has no path.
fn describe(file: &dyn File) -> String {
    if file.is_terminal() {
        return "/dev/tty".into();
    }
    let Ok(stat) = file.stat() else { return "anon_inode:[unknown]".into() };
    match stat.kind {
        FileType::Fifo => format!("pipe:[{}]", stat.ino),
        FileType::SocketStream | FileType::SocketDgram => format!("socket:[{}]", stat.ino),
        FileType::CharDevice | FileType::BlockDevice => "anon_inode:[device]".into(),
        FileType::Directory => "anon_inode:[directory]".into(),
        FileType::Regular | FileType::Symlink | FileType::Unknown => "anon_inode:[file]".into(),
    }
}
