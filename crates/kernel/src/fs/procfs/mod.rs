//! procfs: the kernel and its processes as files (proc(5)).
//!
//! | path | what |
//! |---|---|
//! | `self` | link to the caller's directory |
//! | `mounts` | link to `self/mounts` |
//! | `cpuinfo`, `filesystems`, `uptime`, `version` | `system` |
//! | `sys/fs/pipe-max-size` | `settings` |
//! | `PID/{cmdline,comm,environ,io,limits,maps,mounts,stat,status}` | `report` |
//! | `PID/fd/N`, `PID/cwd`, `PID/exe`, `PID/root` | magic links, `link` |
//!
//! Formats are Linux's to the byte where parsers look. What is not known is left out; in files whose fields go by position it
//! is 0. Nothing of the host is shown: a program that an embedder handed in is its own `exe`, mounts
//! name their sources as the embedder chose, and files without a place in the tree have a description instead of a path.
//!
//! A kernel has one user, so a process may look at every process. Nodes hold process ids, not processes: once a process has
//! ended and nobody waits for it any more, its names answer ENOENT, and opening a file that was found before answers ESRCH. A file that is open goes on reading
//! what it was when it was opened. Writing answers EACCES; a new name ENOENT, as Linux looks it up among the processes.
//!
//! Neighbours: built on `fs::synthetic`; reads `task` and the mount table. Lock order: the process table's lock and a
//! process' locks are taken one at a time and shortly.

mod link;
mod report;
mod settings;
mod system;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, FileType, Pid, Stat};

use self::link::{ExeLink, FdFolder, OwnLink, PlaceLink, What};
use super::dev::next_dev;
use super::synthetic::{FixedLink, Folder, FolderNode, Origin, PointerNode, Report, ReportNode};
use crate::Kernel;
use crate::error::{SysError, SysResult, fail};
use crate::task::Process;
use crate::vfs::{FileSystem, FsInfo, Name, NodeRef};

/// The file system of `/proc`.
pub struct ProcFs {
    origin: Arc<Origin>,
}

impl ProcFs {
    /// A file system that shows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        ProcFs { origin: Origin::new(next_dev(), None) }
    }

    /// Tells which kernel to show. Only the first call counts.
    pub fn set_kernel(&self, kernel: &Arc<Kernel>) {
        self.origin.set_kernel(kernel);
    }
}

impl Default for ProcFs {
    fn default() -> Self {
        ProcFs::new()
    }
}

impl FileSystem for ProcFs {
    fn root(&self) -> NodeRef {
        FolderNode::make(Root(self.origin.clone()))
    }

    fn info(&self) -> FsInfo {
        FsInfo { kind: "proc", source: "proc".into(), read_only: false }
    }
}

/// An entry of a directory whose names are fixed: name, permission bits, what it is.
type Row<K> = (&'static str, u16, K);

enum RootEntry {
    Own,
    Settings,
    Link(&'static str),
    Report(fn(&Kernel) -> Vec<u8>),
}

const ROOT: [Row<RootEntry>; 7] = [
    ("cpuinfo", 0o444, RootEntry::Report(system::cpuinfo)),
    ("filesystems", 0o444, RootEntry::Report(system::filesystems)),
    ("mounts", 0o777, RootEntry::Link("self/mounts")),
    ("self", 0o777, RootEntry::Own),
    ("sys", 0o555, RootEntry::Settings),
    ("uptime", 0o444, RootEntry::Report(system::uptime)),
    ("version", 0o444, RootEntry::Report(system::version)),
];

enum ProcessEntry {
    Place(What),
    Descriptors,
    Exe,
    Report(fn(&Kernel, &Process) -> Vec<u8>),
}

const PROCESS: [Row<ProcessEntry>; 13] = [
    ("cmdline", 0o444, ProcessEntry::Report(report::cmdline)),
    ("comm", 0o444, ProcessEntry::Report(report::comm)),
    ("cwd", 0o777, ProcessEntry::Place(What::Cwd)),
    ("environ", 0o400, ProcessEntry::Report(report::environ)),
    ("exe", 0o777, ProcessEntry::Exe),
    ("fd", 0o500, ProcessEntry::Descriptors),
    ("io", 0o400, ProcessEntry::Report(report::io)),
    ("limits", 0o444, ProcessEntry::Report(report::limits)),
    ("maps", 0o444, ProcessEntry::Report(report::maps)),
    ("mounts", 0o444, ProcessEntry::Report(|kernel, _| system::mounts(kernel))),
    ("root", 0o777, ProcessEntry::Place(What::Root)),
    ("stat", 0o444, ProcessEntry::Report(report::stat)),
    ("status", 0o444, ProcessEntry::Report(report::status)),
];

const NO_NEW_NAMES: SysError = SysError::new(Errno::ENOENT, "names in procfs are the kernel's");

/// The number of a node: 0 as `pid` for what belongs to no process; `index` is unique within it.
fn ino(pid: Pid, index: u32) -> u64 {
    (u64::from(pid.0) << 32) | u64::from(index)
}

/// Numbers for a process' directory, the entries of it, and above those the links of its descriptors.
const OWN_INDEX: u32 = 1;
const FIRST_ENTRY: u32 = 2;
const FIRST_FD: u32 = 64;

fn row_of<'a, K>(rows: &'a [Row<K>], name: &Name) -> SysResult<(u32, u16, &'a K)> {
    let found = (FIRST_ENTRY..).zip(rows).find(|(_, (known, _, _))| known.as_bytes() == name);
    match found {
        Some((index, (_, mode, entry))) => Ok((index, *mode, entry)),
        None => Err(SysError::bare(Errno::ENOENT)),
    }
}

fn list_rows<K>(pid: Pid, rows: &[Row<K>], kind: impl Fn(&K) -> FileType) -> Vec<DirEntry> {
    let entry = |(index, (name, _, entry)): (u32, &Row<K>)| DirEntry {
        ino: ino(pid, index),
        kind: kind(entry),
        name: name.as_bytes().into(),
    };
    (FIRST_ENTRY..).zip(rows).map(entry).collect()
}

/// A decimal number written as the kernel writes it: no sign, no leading zeros.
fn number(name: &Name) -> Option<u32> {
    let text = std::str::from_utf8(name).ok()?;
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// A process that is still in the table, and its kernel.
fn process(origin: &Origin, pid: Pid) -> SysResult<(Arc<Kernel>, Arc<Process>)> {
    let kernel = origin.kernel();
    match kernel.and_then(|kernel| kernel.process(pid).map(|process| (kernel, process))) {
        Some(both) => Ok(both),
        None => fail(Errno::ENOENT, "there is no such process"),
    }
}

struct Root(Arc<Origin>);

impl Folder for Root {
    const NO_NEW_NAMES: SysError = NO_NEW_NAMES;

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.0.stat(ino(Pid(0), OWN_INDEX), FileType::Directory, 0o555))
    }

    fn find(&self, name: &Name) -> SysResult<NodeRef> {
        let origin = self.0.clone();
        if let Some(pid) = number(name).map(Pid) {
            process(&origin, pid)?;
            return Ok(FolderNode::make(ProcessFolder { origin, pid }));
        }
        let (index, mode, entry) = row_of(&ROOT, name)?;
        let ino = ino(Pid(0), index);
        Ok(match entry {
            RootEntry::Own => PointerNode::make(OwnLink { origin, ino }),
            RootEntry::Settings => settings::folder(origin, ino),
            RootEntry::Link(target) => PointerNode::make(FixedLink { origin, ino, target }),
            RootEntry::Report(content) => ReportNode::make(SystemReport { origin, ino, mode, content: *content }),
        })
    }

    fn list(&self) -> SysResult<Vec<DirEntry>> {
        let mut entries = list_rows(Pid(0), &ROOT, |entry| match entry {
            RootEntry::Own | RootEntry::Link(_) => FileType::Symlink,
            RootEntry::Settings => FileType::Directory,
            RootEntry::Report(_) => FileType::Regular,
        });
        let processes = self.0.kernel().map_or_else(Vec::new, |kernel| kernel.processes());
        entries.extend(processes.iter().map(|process| DirEntry {
            ino: ino(process.pid, OWN_INDEX),
            kind: FileType::Directory,
            name: process.pid.to_string().into_bytes().into(),
        }));
        Ok(entries)
    }
}

struct SystemReport {
    origin: Arc<Origin>,
    ino: u64,
    mode: u16,
    content: fn(&Kernel) -> Vec<u8>,
}

impl Report for SystemReport {
    fn stat(&self) -> SysResult<Stat> {
        Ok(self.origin.stat(self.ino, FileType::Regular, self.mode))
    }

    fn content(&self) -> SysResult<Vec<u8>> {
        match self.origin.kernel() {
            Some(kernel) => Ok((self.content)(&kernel)),
            None => fail(Errno::ESRCH, "no kernel to tell of"),
        }
    }
}

/// `/proc/PID`.
struct ProcessFolder {
    origin: Arc<Origin>,
    pid: Pid,
}

impl Folder for ProcessFolder {
    const NO_NEW_NAMES: SysError = NO_NEW_NAMES;

    fn stat(&self) -> SysResult<Stat> {
        process(&self.origin, self.pid)?;
        Ok(self.origin.stat(ino(self.pid, OWN_INDEX), FileType::Directory, 0o555))
    }

    fn find(&self, name: &Name) -> SysResult<NodeRef> {
        let (origin, pid) = (self.origin.clone(), self.pid);
        process(&origin, pid)?;
        let (index, mode, entry) = row_of(&PROCESS, name)?;
        let ino = ino(pid, index);
        Ok(match entry {
            ProcessEntry::Place(what) => PointerNode::make(PlaceLink { origin, ino, pid, what: *what }),
            ProcessEntry::Exe => PointerNode::make(ExeLink { origin, ino, pid }),
            ProcessEntry::Descriptors => FolderNode::make(FdFolder { origin, ino, pid, mode }),
            ProcessEntry::Report(content) => {
                ReportNode::make(ProcessReport { origin, ino, pid, mode, content: *content })
            }
        })
    }

    fn list(&self) -> SysResult<Vec<DirEntry>> {
        process(&self.origin, self.pid)?;
        Ok(list_rows(self.pid, &PROCESS, |entry| match entry {
            ProcessEntry::Place(_) | ProcessEntry::Exe => FileType::Symlink,
            ProcessEntry::Descriptors => FileType::Directory,
            ProcessEntry::Report(_) => FileType::Regular,
        }))
    }
}

struct ProcessReport {
    origin: Arc<Origin>,
    ino: u64,
    pid: Pid,
    mode: u16,
    content: fn(&Kernel, &Process) -> Vec<u8>,
}

impl Report for ProcessReport {
    fn stat(&self) -> SysResult<Stat> {
        process(&self.origin, self.pid)?;
        Ok(self.origin.stat(self.ino, FileType::Regular, self.mode))
    }

    fn content(&self) -> SysResult<Vec<u8>> {
        match process(&self.origin, self.pid) {
            Ok((kernel, process)) => Ok((self.content)(&kernel, &process)),
            Err(_) => fail(Errno::ESRCH, "the process has ended"),
        }
    }
}
