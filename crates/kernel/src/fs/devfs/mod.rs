//! devfs: the devices every program expects in `/dev` (null(4), full(4), random(4), tty(4)).
//!
//! | name | read | write |
//! |---|---|---|
//! | `null` | end of file | accepted |
//! | `zero` | zeros | accepted |
//! | `full` | zeros | ENOSPC |
//! | `random`, `urandom` | the platform's entropy | accepted and not used: the platform's source needs no stirring |
//! | `tty` | the controlling terminal of the caller's session; ENXIO without | |
//! | `ptmx` | opening it makes a pseudo-terminal, of which it is the master | |
//! | `pts/N` | a pseudo-terminal, as long as its master is open | |
//! | `stdin`, `stdout`, `stderr`, `fd` | symbolic links into `/proc/self/fd` | |
//!
//! There is no `shm`: nothing here could stand behind it. Names cannot be made or removed (EACCES). Setting the
//! times of a device succeeds and changes nothing, so that `touch /dev/null` works; they stay at the time of the boot.
//!
//! A device takes any offset and ignores it, so lseek(2) succeeds. Linux answers it with 0 always; here it answers the offset
//! asked for.
//!
//! Neighbours: built on `fs::synthetic`; `tty` has the terminals. There are no locks here but the table of these.

mod device;
#[cfg(test)]
mod tests;
mod tty;

use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, FileType, Stat};

use self::device::{Device, DeviceNode};
use self::tty::{PtmxNode, Pts, TtyNode};
use super::dev::next_dev;
use super::synthetic::{FixedLink, Folder, FolderNode, Origin, PointerNode};
use crate::Kernel;
use crate::error::{SysError, SysResult};
use crate::platform::Platform;
use crate::tty::Ptys;
use crate::vfs::{FileSystem, FsInfo, Name, NodeRef};

/// The file system of `/dev`.
pub struct DevFs {
    origin: Arc<Origin>,
    platform: Arc<dyn Platform>,
    ptys: Arc<Ptys>,
}

impl DevFs {
    /// The devices, with the platform's entropy behind `random`.
    #[must_use]
    pub fn new(platform: Arc<dyn Platform>) -> Self {
        DevFs { origin: Origin::new(next_dev(), Some(platform.wall_time())), platform, ptys: Arc::default() }
    }

    /// Tells which kernel's processes open `/dev/tty`; without it that answers ENXIO. Only the first call counts.
    pub fn set_kernel(&self, kernel: &Arc<Kernel>) {
        self.origin.set_kernel(kernel);
    }
}

impl FileSystem for DevFs {
    fn root(&self) -> NodeRef {
        FolderNode::make(Root { origin: self.origin.clone(), platform: self.platform.clone(), ptys: self.ptys.clone() })
    }

    fn info(&self) -> FsInfo {
        FsInfo { kind: "devfs", source: "devfs".into(), read_only: false }
    }
}

/// What stands under a name.
#[derive(Clone, Copy)]
enum Entry {
    Device(Device),
    Tty,
    Ptmx,
    Pts,
    Link(&'static str),
}

const ENTRIES: [(&str, Entry); 12] = [
    ("null", Entry::Device(Device::Null)),
    ("zero", Entry::Device(Device::Zero)),
    ("full", Entry::Device(Device::Full)),
    ("random", Entry::Device(Device::Random)),
    ("urandom", Entry::Device(Device::Random)),
    ("tty", Entry::Tty),
    ("ptmx", Entry::Ptmx),
    ("pts", Entry::Pts),
    ("stdin", Entry::Link("/proc/self/fd/0")),
    ("stdout", Entry::Link("/proc/self/fd/1")),
    ("stderr", Entry::Link("/proc/self/fd/2")),
    ("fd", Entry::Link("/proc/self/fd")),
];

/// 1 is the directory.
fn numbered() -> impl Iterator<Item = (u64, &'static str, Entry)> {
    (2..).zip(ENTRIES).map(|(ino, (name, entry))| (ino, name, entry))
}

struct Root {
    origin: Arc<Origin>,
    platform: Arc<dyn Platform>,
    ptys: Arc<Ptys>,
}

impl Folder for Root {
    const NO_NEW_NAMES: SysError = SysError::new(Errno::EACCES, "the kernel makes the devices");

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.origin.stat(1, FileType::Directory, 0o755))
    }

    fn find(&self, name: &Name) -> SysResult<NodeRef> {
        let found = numbered().find(|(_, known, _)| known.as_bytes() == name);
        let Some((ino, _, entry)) = found else { return Err(SysError::bare(Errno::ENOENT)) };
        let origin = self.origin.clone();
        Ok(match entry {
            Entry::Device(device) => {
                Arc::new(DeviceNode::new(origin.stat(ino, FileType::CharDevice, 0o666), device, self.platform.clone()))
            }
            Entry::Tty => Arc::new(TtyNode { origin, ino }),
            Entry::Ptmx => Arc::new(PtmxNode { origin, ino, ptys: self.ptys.clone() }),
            Entry::Pts => FolderNode::make(Pts { origin, ino, ptys: self.ptys.clone() }),
            Entry::Link(target) => PointerNode::make(FixedLink { origin, ino, target }),
        })
    }

    fn list(&self) -> SysResult<Vec<DirEntry>> {
        let entry = |(ino, name, entry): (u64, &str, Entry)| {
            let kind = match entry {
                Entry::Device(_) | Entry::Tty | Entry::Ptmx => FileType::CharDevice,
                Entry::Pts => FileType::Directory,
                Entry::Link(_) => FileType::Symlink,
            };
            DirEntry { ino, kind, name: name.as_bytes().into() }
        };
        Ok(numbered().map(entry).collect())
    }
}
