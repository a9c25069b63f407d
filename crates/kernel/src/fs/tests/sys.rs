//! The calls of a system with one process, over the path walk.

use std::cell::RefCell;
use std::sync::Arc;

use gopherix_abi::{Errno, FileType, Mode, Pid, SetTime, Stat, Timespec};

use super::{Answer, Op, Out};
use crate::error::{SysResult, fail};
use crate::file::File;
use crate::vfs::walk::{Resolved, Start, Tail, directory, walk};
use crate::vfs::{MountTable, NodeRef, OpenHow, RenameFlags};

pub(crate) const READ: OpenHow = OpenHow { caller: Pid(1), read: true, write: false, truncate: false };
pub(crate) const WRITE: OpenHow = OpenHow { caller: Pid(1), read: true, write: true, truncate: false };
pub(crate) const TRUNC: OpenHow = OpenHow { caller: Pid(1), read: true, write: true, truncate: true };

pub(crate) struct Sys {
    pub(crate) table: MountTable,
}

/// Open files by slot; the flag says open for writing.
pub(crate) type Slots = RefCell<[Option<(Arc<dyn File>, bool)>; 3]>;

impl Sys {
    pub(crate) fn walk(&self, path: &str, tail: Tail) -> SysResult<Resolved> {
        let root = self.table.root();
        walk(Start { root, base: root, beneath: false, caller: Pid(1) }, path.as_bytes(), tail)
    }

    pub(crate) fn node(&self, path: &str) -> SysResult<NodeRef> {
        Ok(self.walk(path, Tail::NoFollow)?.existing()?.0.node().clone())
    }

    pub(crate) fn open(&self, path: &str, how: OpenHow) -> SysResult<Arc<dyn File>> {
        self.walk(path, Tail::Follow)?.existing()?.0.node().open(how)
    }

    /// O_CREAT | O_TRUNC, and the data.
    pub(crate) fn put(&self, path: &str, data: &[u8]) -> SysResult<()> {
        let at = self.walk(path, Tail::Follow)?;
        let file = match (&at.found, &at.name) {
            (Some(found), _) => found.node().open(TRUNC)?,
            (None, _) if at.trailing_slash => return fail(Errno::EISDIR, ""),
            (None, Some(name)) => directory(&at.dir)?.create(name, Mode(0o644), WRITE)?.1,
            (None, None) => return fail(Errno::EISDIR, ""),
        };
        assert_eq!(file.write_at(data, 0)?, data.len());
        Ok(())
    }

    pub(crate) fn get(&self, path: &str) -> SysResult<Vec<u8>> {
        read_all(&self.open(path, READ)?)
    }

    pub(crate) fn mkdir(&self, path: &str) -> SysResult<()> {
        let (at, name) = self.free(path)?;
        directory(&at.dir)?.mkdir(&name, Mode(0o755))
    }

    pub(crate) fn symlink(&self, target: &str, path: &str) -> SysResult<()> {
        let (at, name) = self.free(path)?;
        if at.trailing_slash {
            return fail(Errno::ENOENT, "");
        }
        directory(&at.dir)?.symlink(&name, target.as_bytes())
    }

    pub(crate) fn unlink(&self, path: &str) -> SysResult<()> {
        let at = self.walk(path, Tail::NoFollow)?;
        let name = at.name.clone().ok_or(crate::SysError::bare(Errno::EBUSY))?;
        directory(&at.dir)?.unlink(&name)
    }

    pub(crate) fn rmdir(&self, path: &str) -> SysResult<()> {
        let at = self.walk(path, Tail::NoFollow)?;
        let name = at.name.clone().ok_or(crate::SysError::bare(Errno::EBUSY))?;
        directory(&at.dir)?.rmdir(&name)
    }

    pub(crate) fn link(&self, old: &str, new: &str) -> SysResult<()> {
        let target = self.node(old)?;
        let (at, name) = self.free(new)?;
        if at.trailing_slash {
            return fail(Errno::ENOENT, "");
        }
        directory(&at.dir)?.link(&name, &target)
    }

    pub(crate) fn rename(&self, old: &str, new: &str, flags: RenameFlags) -> SysResult<()> {
        let from = self.walk(old, Tail::NoFollow)?;
        let to = self.walk(new, Tail::NoFollow)?;
        let (Some(name), Some(to_name)) = (&from.name, &to.name) else { return fail(Errno::EBUSY, "") };
        let is_dir = from.found.as_ref().is_some_and(|f| f.node().kind() == FileType::Directory);
        if from.found.is_some() && !is_dir && to.trailing_slash {
            return fail(Errno::ENOTDIR, "");
        }
        directory(&from.dir)?.rename(name, to.dir.node(), to_name, flags)
    }

    fn free(&self, path: &str) -> SysResult<(Resolved, Box<[u8]>)> {
        let at = self.walk(path, Tail::NoFollow)?;
        match at.name.clone() {
            Some(name) if at.found.is_none() => Ok((at, name)),
            _ => fail(Errno::EEXIST, ""),
        }
    }

    /// Runs one call.
    pub(crate) fn run(&self, op: &Op, slots: &Slots) -> Answer {
        self.try_run(op, slots).map_err(|e| e.errno)
    }

    fn try_run(&self, op: &Op, slots: &Slots) -> SysResult<Out> {
        let done = |()| Out::Done;
        match op {
            Op::Create(path, data) => self.put(path, data).map(done),
            Op::CreateExcl(path) => {
                let (at, name) = self.free(path)?;
                if at.trailing_slash {
                    return fail(Errno::EISDIR, "");
                }
                directory(&at.dir)?.create(&name, Mode(0o600), WRITE).map(|_| Out::Done)
            }
            Op::WriteAt(path, at, data) => self.open(path, WRITE)?.write_at(data, *at).map(|_| Out::Done),
            Op::Append(path, data) => self.open(path, WRITE)?.append(data).map(|_| Out::Done),
            Op::Truncate(path, len) => self.open(path, WRITE)?.truncate(*len).map(done),
            Op::Read(path) => self.get(path).map(Out::Data),
            Op::Mkdir(path) => self.mkdir(path).map(done),
            Op::Rmdir(path) => self.rmdir(path).map(done),
            Op::Unlink(path) => self.unlink(path).map(done),
            Op::Link(old, new) => self.link(old, new).map(done),
            Op::Symlink(target, path) => self.symlink(target, path).map(done),
            Op::Readlink(path) => self.node(path)?.readlink(Pid(1)).map(Out::Data),
            Op::Rename(old, new, noreplace) => {
                let flags = if *noreplace { RenameFlags::NOREPLACE } else { RenameFlags::empty() };
                self.rename(old, new, flags).map(done)
            }
            Op::List(path) => list(&self.open(path, READ)?),
            Op::Stat(path) => self.walk(path, Tail::Follow)?.into_stat().map(attr),
            Op::Lstat(path) => self.walk(path, Tail::NoFollow)?.into_stat().map(attr),
            Op::Touch(path, sec) => self.node(path)?.set_times(SetTime::Omit, at(*sec)).map(done),
            Op::Open(slot, path, write) => {
                let file = self.open(path, if *write { WRITE } else { READ })?;
                slots.borrow_mut()[*slot] = Some((file, *write));
                Ok(Out::Done)
            }
            _ => slot_call(op, slots),
        }
    }
}

fn slot_call(op: &Op, slots: &Slots) -> SysResult<Out> {
    let slots = slots.borrow();
    let get = |slot: &usize| slots[*slot].as_ref().ok_or(crate::SysError::bare(Errno::EBADF));
    match op {
        Op::SlotRead(slot) => read_all(&get(slot)?.0).map(Out::Data),
        Op::SlotWrite(slot, at, data) => match get(slot)? {
            (file, true) => file.write_at(data, *at).map(|_| Out::Done),
            (_, false) => fail(Errno::EBADF, ""),
        },
        Op::SlotStat(slot) => get(slot)?.0.stat().map(attr),
        Op::SlotList(slot) => list(&get(slot)?.0),
        Op::SlotCreate(slot, name) => match get(slot)?.0.node() {
            Some(node) => {
                let dir = node.as_directory().unwrap();
                dir.create(name.as_bytes(), Mode(0o644), WRITE).map(|_| Out::Done)
            }
            None => fail(Errno::ENOTDIR, ""),
        },
        _ => panic!("not a call on a slot: {op:?}"),
    }
}

fn at(sec: i64) -> SetTime {
    SetTime::At(Timespec { sec, nsec: 7 })
}

fn attr(stat: Stat) -> Out {
    let mtime = Some(stat.mtime.sec).filter(|sec| *sec < 100);
    Out::Attr { kind: stat.kind, size: stat.size, nlink: stat.nlink, mtime, id: stat.ino }
}

fn list(file: &Arc<dyn File>) -> SysResult<Out> {
    let entries = file.entries()?;
    Ok(Out::Names(entries.iter().map(|e| (String::from_utf8_lossy(&e.name).into(), e.kind)).collect()))
}

/// Reads in pieces of odd sizes.
pub(crate) fn read_all(file: &Arc<dyn File>) -> SysResult<Vec<u8>> {
    let mut data = Vec::new();
    let mut buf = [0xaa; 70_001];
    loop {
        match file.read_at(&mut buf, data.len() as u64)? {
            0 => return Ok(data),
            n => data.extend_from_slice(&buf[..n]),
        }
    }
}
