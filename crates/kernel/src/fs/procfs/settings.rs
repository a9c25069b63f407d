//! `/proc/sys`: what the kernel is set to (proc_sys(5)). Nothing of it can be changed.

use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, FileType, Pid, Stat};

use super::{NO_NEW_NAMES, SystemReport, ino};
use crate::Kernel;
use crate::error::{SysError, SysResult};
use crate::fs::synthetic::{Folder, FolderNode, Origin, ReportNode};
use crate::ipc::pipe;
use crate::vfs::{Name, NodeRef};

/// An entry of one of its directories, with its number.
enum Entry {
    Folder(&'static str, u32, &'static [Entry]),
    Report(&'static str, u32, fn(&Kernel) -> Vec<u8>),
}

impl Entry {
    fn listed(&self) -> (&'static str, u32, FileType) {
        match self {
            Entry::Folder(name, index, _) => (name, *index, FileType::Directory),
            Entry::Report(name, index, _) => (name, *index, FileType::Regular),
        }
    }
}

/// Numbers above those of the root's own entries.
const SYS: &[Entry] = &[Entry::Folder("fs", 33, &[Entry::Report("pipe-max-size", 34, pipe_max_size)])];

/// Bytes a pipe holds at most, which is what each holds (pipe(7)).
fn pipe_max_size(_kernel: &Kernel) -> Vec<u8> {
    format!("{}\n", pipe::CAPACITY).into_bytes()
}

/// `/proc/sys`, as the node of that number.
pub(super) fn folder(origin: Arc<Origin>, ino: u64) -> NodeRef {
    FolderNode::make(Settings { origin, ino, entries: SYS })
}

struct Settings {
    origin: Arc<Origin>,
    ino: u64,
    entries: &'static [Entry],
}

impl Folder for Settings {
    const NO_NEW_NAMES: SysError = NO_NEW_NAMES;

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.origin.stat(self.ino, FileType::Directory, 0o555))
    }

    fn find(&self, name: &Name) -> SysResult<NodeRef> {
        let found = self.entries.iter().find(|entry| entry.listed().0.as_bytes() == name);
        let origin = self.origin.clone();
        match found {
            Some(Entry::Folder(_, index, entries)) => {
                Ok(FolderNode::make(Settings { origin, ino: ino(Pid(0), *index), entries }))
            }
            Some(Entry::Report(_, index, content)) => {
                let ino = ino(Pid(0), *index);
                Ok(ReportNode::make(SystemReport { origin, ino, mode: 0o444, content: *content }))
            }
            None => Err(SysError::bare(Errno::ENOENT)),
        }
    }

    fn list(&self) -> SysResult<Vec<DirEntry>> {
        let entry = |(name, index, kind): (&str, u32, FileType)| DirEntry {
            ino: ino(Pid(0), index),
            kind,
            name: name.as_bytes().into(),
        };
        Ok(self.entries.iter().map(Entry::listed).map(entry).collect())
    }
}
