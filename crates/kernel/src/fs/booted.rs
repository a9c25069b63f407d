//! For tests: a kernel with devfs at `/dev`, procfs at `/proc` and a procfs of nobody at `/a b`, on a memfs.

use std::sync::Arc;

use gopherix_abi::{AccessMode, Errno, Fd, OpenFlags, Pid, Stat};

use super::devfs::DevFs;
use super::procfs::ProcFs;
use super::tests::memfs;
use crate::Kernel;
use crate::file::{File, OpenFile};
use crate::task::{FdEntry, Process, ProcessSpec};
use crate::testing::TestPlatform;
use crate::vfs::walk::{Start, Tail, walk};
use crate::vfs::{Location, MountFlags, MountTable, OpenHow};

pub(super) const READ: (bool, bool) = (true, false);
pub(super) const WRITE: (bool, bool) = (false, true);
pub(super) const BOTH: (bool, bool) = (true, true);

pub(super) struct Booted {
    pub(super) platform: Arc<TestPlatform>,
    pub(super) kernel: Arc<Kernel>,
}

impl Booted {
    pub(super) fn new() -> Self {
        let platform = TestPlatform::new(3, 7);
        let (dev, proc) = (Arc::new(DevFs::new(platform.clone())), Arc::new(ProcFs::new()));
        let mounts = MountTable::new(memfs(), MountFlags::empty());
        mounts.mount(b"/dev", dev.clone(), MountFlags::empty()).unwrap();
        mounts.mount(b"/proc", proc.clone(), MountFlags::empty()).unwrap();
        mounts.mount(b"/a b", Arc::new(ProcFs::new()), MountFlags::READ_ONLY).unwrap();
        let kernel = Kernel::boot(platform.clone(), mounts, None);
        dev.set_kernel(&kernel);
        proc.set_kernel(&kernel);
        Booted { platform, kernel }
    }

    pub(super) fn process(&self, spec: ProcessSpec) -> Arc<Process> {
        self.kernel.create_process(Pid(0), spec).unwrap()
    }

    pub(super) fn find(&self, caller: Pid, path: &str, tail: Tail) -> Result<Arc<Location>, Errno> {
        let root = self.kernel.mounts().root();
        let start = Start { root, base: root, beneath: false, caller };
        walk(start, path.as_bytes(), tail).and_then(|r| r.existing()).map(|(place, _)| place).map_err(|e| e.errno)
    }

    pub(super) fn stat(&self, caller: Pid, path: &str) -> Result<Stat, Errno> {
        self.find(caller, path, Tail::NoFollow)?.node().stat().map_err(|e| e.errno)
    }

    pub(super) fn open(&self, caller: Pid, path: &str, (read, write): (bool, bool)) -> Result<Arc<OpenFile>, Errno> {
        let place = self.find(caller, path, Tail::Follow)?;
        let file = place.node().open(OpenHow { caller, read, write, truncate: write }).map_err(|e| e.errno)?;
        Ok(OpenFile::new(file, AccessMode::new(read, write), OpenFlags::empty(), Some(place)))
    }

    pub(super) fn read(&self, caller: Pid, path: &str) -> Result<String, Errno> {
        let open = self.open(caller, path, READ)?;
        let (mut text, mut buf) = (Vec::new(), [0; 7]);
        loop {
            match open.read(&mut buf).map_err(|e| e.errno)? {
                0 => return Ok(String::from_utf8(text).unwrap()),
                n => text.extend_from_slice(&buf[..n]),
            }
        }
    }

    pub(super) fn readlink(&self, caller: Pid, path: &str) -> Result<String, Errno> {
        let link = self.find(caller, path, Tail::NoFollow)?.node().readlink(caller).map_err(|e| e.errno)?;
        Ok(String::from_utf8(link).unwrap())
    }

    /// Names and types, sorted; what a directory lists must be what it finds, by number and type.
    pub(super) fn list(&self, caller: Pid, path: &str) -> Result<Vec<String>, Errno> {
        let place = self.find(caller, path, Tail::Follow)?;
        let directory = place.node().as_directory().ok_or(Errno::ENOTDIR)?;
        let mut names = Vec::new();
        for entry in directory.entries().map_err(|e| e.errno)? {
            let found = directory.lookup(&entry.name).unwrap().node;
            assert_eq!((found.kind(), found.stat().unwrap().ino), (entry.kind, entry.ino));
            assert_eq!(found.stat().unwrap().kind, entry.kind);
            names.push(String::from_utf8(entry.name.into()).unwrap());
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// Gives a process a descriptor.
pub(super) fn give(process: &Process, fd: u32, file: Arc<dyn File>, (read, write): (bool, bool)) {
    give_open(process, fd, OpenFile::new(file, AccessMode::new(read, write), OpenFlags::empty(), None));
}

/// Gives a process a descriptor of an open file.
pub(super) fn give_open(process: &Process, fd: u32, open: Arc<OpenFile>) {
    process.fds.lock().install_at(Fd(fd), FdEntry::new(open)).unwrap();
}
