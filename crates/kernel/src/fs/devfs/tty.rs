//! Terminals by name: `/dev/tty`, the controlling terminal of whoever opens it (tty(4)); `/dev/ptmx`, which makes
//! pseudo-terminals; and `/dev/pts`, where these are (pts(4)).

use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, FileType, Pid, SetTime, Stat};

use super::super::synthetic::{Folder, Origin};
use crate::Kernel;
use crate::error::{SysError, SysResult, fail};
use crate::file::File;
use crate::task::Process;
use crate::tty::{Ptys, Tty, open_pty};
use crate::vfs::{Name, Node, NodeRef, OpenHow};

/// Inode numbers of terminals begin here, so that they are none of the other names'.
const FIRST_INO: u64 = 1 << 16;

/// `/dev/tty`.
pub(super) struct TtyNode {
    pub(super) origin: Arc<Origin>,
    pub(super) ino: u64,
}

impl Node for TtyNode {
    fn kind(&self) -> FileType {
        FileType::CharDevice
    }

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.origin.stat(self.ino, FileType::CharDevice, 0o666))
    }

    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        let terminal = caller(&self.origin, how.caller).ok().and_then(|(_, process)| process.session().terminal());
        match terminal {
            Some(terminal) => terminal.open(),
            None => fail(Errno::ENXIO, "the process has no controlling terminal"),
        }
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        Ok(())
    }
}

/// `/dev/ptmx`.
pub(super) struct PtmxNode {
    pub(super) origin: Arc<Origin>,
    pub(super) ino: u64,
    pub(super) ptys: Arc<Ptys>,
}

impl Node for PtmxNode {
    fn kind(&self) -> FileType {
        FileType::CharDevice
    }

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.origin.stat(self.ino, FileType::CharDevice, 0o666))
    }

    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        let (kernel, process) = caller(&self.origin, how.caller)?;
        let uid = process.credentials.uid;
        let stat = |number| {
            let ino = FIRST_INO.saturating_add(u64::from(number));
            Stat { uid, ..self.origin.stat(ino, FileType::CharDevice, 0o620) }
        };
        Ok(open_pty(&self.ptys, &kernel, stat)?)
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        Ok(())
    }
}

/// `/dev/pts`.
pub(super) struct Pts {
    pub(super) origin: Arc<Origin>,
    pub(super) ino: u64,
    pub(super) ptys: Arc<Ptys>,
}

impl Folder for Pts {
    const NO_NEW_NAMES: SysError = SysError::new(Errno::EACCES, "/dev/ptmx makes the terminals");

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.origin.stat(self.ino, FileType::Directory, 0o755))
    }

    fn find(&self, name: &Name) -> SysResult<NodeRef> {
        let number = std::str::from_utf8(name).ok().and_then(|name| name.parse().ok());
        let number = number.filter(|number: &u32| number.to_string().as_bytes() == name);
        let tty = number.and_then(|number| self.ptys.get(number)).ok_or(SysError::bare(Errno::ENOENT))?;
        Ok(Arc::new(PtyNode(tty)))
    }

    fn list(&self) -> SysResult<Vec<DirEntry>> {
        let entry = |number: u32| DirEntry {
            ino: FIRST_INO.saturating_add(u64::from(number)),
            kind: FileType::CharDevice,
            name: number.to_string().into_bytes().into(),
        };
        Ok(self.ptys.numbers().into_iter().map(entry).collect())
    }
}

/// A pseudo-terminal by its name.
struct PtyNode(Arc<Tty>);

impl Node for PtyNode {
    fn kind(&self) -> FileType {
        FileType::CharDevice
    }

    fn stat(&self) -> SysResult<Stat> {
        self.0.stat()
    }

    /// It never becomes the controlling terminal by that: as with O_NOCTTY, which WASI cannot say.
    fn open(&self, _how: OpenHow) -> SysResult<Arc<dyn File>> {
        self.0.open()
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        Ok(())
    }
}

fn caller(origin: &Origin, pid: Pid) -> SysResult<(Arc<Kernel>, Arc<Process>)> {
    let kernel = origin.kernel();
    let process = kernel.as_ref().and_then(|kernel| kernel.process(pid));
    kernel.zip(process).ok_or(SysError::new(Errno::ENXIO, "nobody to have a terminal"))
}
