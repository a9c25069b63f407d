//! Model tests: random calls by path against a file system and against plain maps, answers and errors compared.

#![expect(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "test code may panic")]

mod model;
mod props;
mod sys;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gopherix_abi::{Errno, FileType, Timespec};

use super::memfs::{Clock, MemFs};
use crate::vfs::{FileSystem, MountFlags, MountTable, NodeRef};

pub(crate) use sys::{READ, Sys, TRUNC, WRITE, read_all};

/// A clock that moves on by 1 ns at each look.
pub(crate) fn ticking() -> Clock {
    let now = AtomicU64::new(1_000_000_000_000);
    Arc::new(move || Timespec::from_nanos(now.fetch_add(1, Ordering::Relaxed)))
}

pub(crate) fn memfs() -> Arc<MemFs> {
    Arc::new(MemFs::new(ticking(), None))
}

pub(crate) fn mounted(fs: Arc<dyn FileSystem>) -> Sys {
    Sys { table: MountTable::new(fs, MountFlags::empty()) }
}

/// A call by path, or on a slot that holds an open file.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// O_CREAT | O_TRUNC, then a write.
    Create(String, Vec<u8>),
    CreateExcl(String),
    WriteAt(String, u64, Vec<u8>),
    Append(String, Vec<u8>),
    Truncate(String, u64),
    Read(String),
    Mkdir(String),
    Rmdir(String),
    Unlink(String),
    Link(String, String),
    Symlink(String, String),
    Readlink(String),
    Rename(String, String, bool),
    List(String),
    Stat(String),
    Lstat(String),
    Touch(String, i64),
    Open(usize, String, bool),
    SlotRead(usize),
    SlotWrite(usize, u64, Vec<u8>),
    SlotStat(usize),
    SlotList(usize),
    SlotCreate(usize, String),
}

/// What a call answers. `id` is the inode number, or the model's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Out {
    Done,
    Data(Vec<u8>),
    Names(Vec<(String, FileType)>),
    Attr { kind: FileType, size: u64, nlink: u64, mtime: Option<i64>, id: u64 },
}

pub(crate) type Answer = Result<Out, Errno>;

/// All that a tree holds but access times, in a form to compare.
pub(crate) fn dump(node: &NodeRef, path: &str, into: &mut Vec<String>) {
    let stat = node.stat().unwrap();
    let what = match stat.kind {
        FileType::Symlink => String::from_utf8(node.readlink(gopherix_abi::Pid(1)).unwrap()).unwrap(),
        FileType::Regular => {
            let file = node.open(sys::READ).unwrap();
            let mut data = vec![0; stat.size as usize];
            assert_eq!(file.read_at(&mut data, 0).unwrap(), data.len());
            format!("{data:?}")
        }
        _ => String::new(),
    };
    into.push(format!("{path} {} {} {:?} {:?} {what}", stat.ino, stat.nlink, stat.mtime, stat.ctime));
    if let Some(dir) = node.as_directory() {
        for entry in dir.entries().unwrap() {
            let child = dir.lookup(&entry.name).unwrap().node;
            dump(&child, &format!("{path}/{}", String::from_utf8_lossy(&entry.name)), into);
        }
    }
}
