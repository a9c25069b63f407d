//! What a Unix file system does, in plain maps.

use std::collections::BTreeMap;

use gopherix_abi::{Errno, FileType};

use super::{Answer, Op, Out};

#[derive(Clone, Debug)]
enum Kind {
    Dir { names: BTreeMap<String, usize>, parent: usize },
    File(Vec<u8>),
    Link(String),
}

#[derive(Clone, Debug)]
struct Inode {
    kind: Kind,
    /// Names; of a directory 1, or 0 once removed.
    names: u64,
    /// As set by a Touch, until something else changes it.
    mtime: Option<i64>,
}

pub(super) struct Model {
    nodes: Vec<Inode>,
    slots: [Option<(usize, bool)>; 3],
}

struct Place {
    dir: usize,
    name: Option<String>,
    slash: bool,
    found: Option<usize>,
}

type Res<T> = Result<T, Errno>;

impl Model {
    pub(super) fn new() -> Self {
        let root = Inode { kind: Kind::Dir { names: BTreeMap::new(), parent: 0 }, names: 1, mtime: None };
        Model { nodes: vec![root], slots: [None; 3] }
    }

    /// Every path there is, and the node's id.
    pub(super) fn paths(&self) -> Vec<String> {
        let mut paths = vec!["/".to_string()];
        let mut next = vec![(0, String::new())];
        while let Some((dir, path)) = next.pop() {
            for (name, id) in self.names(dir).unwrap() {
                let path = format!("{path}/{name}");
                paths.push(path.clone());
                if self.names(*id).is_ok() {
                    next.push((*id, path));
                }
            }
        }
        paths
    }

    fn names(&self, id: usize) -> Res<&BTreeMap<String, usize>> {
        match &self.nodes[id].kind {
            Kind::Dir { names, .. } => Ok(names),
            _ => Err(Errno::ENOTDIR),
        }
    }

    fn names_mut(&mut self, id: usize) -> &mut BTreeMap<String, usize> {
        self.nodes[id].mtime = None;
        match &mut self.nodes[id].kind {
            Kind::Dir { names, .. } => names,
            _ => panic!("not a directory"),
        }
    }

    fn is_dir(&self, id: usize) -> bool {
        self.names(id).is_ok()
    }

    fn data(&mut self, id: usize) -> Res<&mut Vec<u8>> {
        match &mut self.nodes[id].kind {
            Kind::File(data) => Ok(data),
            Kind::Dir { .. } => Err(Errno::EISDIR),
            Kind::Link(_) => Err(Errno::ELOOP),
        }
    }

    fn resolve(&self, path: &str, follow: bool) -> Res<Place> {
        self.resolve_from(0, path, follow, &mut 0)
    }

    fn resolve_from(&self, base: usize, path: &str, follow: bool, links: &mut u32) -> Res<Place> {
        let slash = path.ends_with('/');
        let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
        let mut at = if path.starts_with('/') { 0 } else { base };
        for (i, part) in parts.iter().enumerate() {
            let last = i + 1 == parts.len();
            let names = self.names(at)?;
            if let (&"..", Kind::Dir { parent, .. }) = (part, &self.nodes[at].kind) {
                at = *parent;
            }
            if *part == "." || *part == ".." {
                continue;
            }
            let Some(id) = names.get(*part) else {
                let name = Some(part.to_string());
                return if last { Ok(Place { dir: at, name, slash, found: None }) } else { Err(Errno::ENOENT) };
            };
            if let Kind::Link(target) = &self.nodes[*id].kind
                && (!last || slash || follow)
            {
                *links += 1;
                if *links > 40 {
                    return Err(Errno::ELOOP);
                }
                let target = if last && slash { format!("{target}/") } else { target.clone() };
                let place = self.resolve_from(at, &target, follow || !last, links)?;
                if last {
                    return Ok(place);
                }
                at = place.found.ok_or(Errno::ENOENT)?;
                continue;
            }
            if last {
                if slash && !self.is_dir(*id) {
                    return Err(Errno::ENOTDIR);
                }
                return Ok(Place { dir: at, name: Some(part.to_string()), slash, found: Some(*id) });
            }
            at = *id;
        }
        self.names(at)?;
        Ok(Place { dir: at, name: None, slash: true, found: Some(at) })
    }

    fn existing(&self, path: &str, follow: bool) -> Res<usize> {
        self.resolve(path, follow)?.found.ok_or(Errno::ENOENT)
    }

    fn free(&self, path: &str) -> Res<(usize, String, bool)> {
        let at = self.resolve(path, false)?;
        match at.name {
            Some(name) if at.found.is_none() => Ok((at.dir, name, at.slash)),
            _ => Err(Errno::EEXIST),
        }
    }

    fn add(&mut self, dir: usize, name: &str, kind: Kind) -> Res<usize> {
        if self.nodes[dir].names == 0 {
            return Err(Errno::ENOENT);
        }
        if self.names(dir)?.contains_key(name) {
            return Err(Errno::EEXIST);
        }
        let id = self.nodes.len();
        self.nodes.push(Inode { kind, names: 1, mtime: None });
        self.names_mut(dir).insert(name.into(), id);
        Ok(id)
    }

    /// Writes to a file: nothing at all changes nothing, not even the times.
    fn write(&mut self, id: usize, at: u64, bytes: &[u8]) -> Res<Out> {
        let data = self.data(id)?;
        if !bytes.is_empty() {
            let end = at as usize + bytes.len();
            if data.len() < end {
                data.resize(end, 0);
            }
            data[at as usize..end].copy_from_slice(bytes);
            self.nodes[id].mtime = None;
        }
        Ok(Out::Done)
    }

    fn attr(&self, id: usize) -> Out {
        let node = &self.nodes[id];
        let (kind, size, nlink) = match &node.kind {
            Kind::Dir { names, .. } => {
                let below = names.values().filter(|id| self.is_dir(**id)).count() as u64;
                (FileType::Directory, 0, if node.names == 0 { 0 } else { 2 + below })
            }
            Kind::File(data) => (FileType::Regular, data.len() as u64, node.names),
            Kind::Link(target) => (FileType::Symlink, target.len() as u64, node.names),
        };
        Out::Attr { kind, size, nlink, mtime: node.mtime, id: id as u64 }
    }

    fn list(&self, id: usize) -> Answer {
        let kind = |id: &usize| match self.nodes[*id].kind {
            Kind::Dir { .. } => FileType::Directory,
            Kind::File(_) => FileType::Regular,
            Kind::Link(_) => FileType::Symlink,
        };
        Ok(Out::Names(self.names(id)?.iter().map(|(name, id)| (name.clone(), kind(id))).collect()))
    }

    fn is_within(&self, mut dir: usize, above: usize) -> bool {
        loop {
            if dir == above {
                return true;
            }
            match self.nodes[dir].kind {
                Kind::Dir { parent, .. } if dir != 0 => dir = parent,
                _ => return false,
            }
        }
    }

    fn rename(&mut self, old: &str, new: &str, noreplace: bool) -> Res<Out> {
        let (from, to) = (self.resolve(old, false)?, self.resolve(new, false)?);
        let (Some(name), Some(to_name)) = (from.name, to.name) else { return Err(Errno::EBUSY) };
        if from.found.is_some_and(|id| !self.is_dir(id)) && to.slash {
            return Err(Errno::ENOTDIR);
        }
        let source = from.found.ok_or(Errno::ENOENT)?;
        if to.found.is_some() && noreplace {
            return Err(Errno::EEXIST);
        }
        if self.is_within(to.dir, source) {
            return Err(Errno::EINVAL);
        }
        if let Some(victim) = to.found {
            if self.is_within(from.dir, victim) {
                return Err(Errno::ENOTEMPTY);
            }
            if victim == source {
                return Ok(Out::Done);
            }
            match (self.is_dir(source), self.is_dir(victim)) {
                (true, true) if !self.names(victim)?.is_empty() => return Err(Errno::ENOTEMPTY),
                (true, false) => return Err(Errno::ENOTDIR),
                (false, true) => return Err(Errno::EISDIR),
                _ => self.nodes[victim].names -= 1,
            }
        }
        self.names_mut(from.dir).remove(&name);
        self.names_mut(to.dir).insert(to_name, source);
        if let Kind::Dir { parent, .. } = &mut self.nodes[source].kind {
            *parent = to.dir;
        }
        Ok(Out::Done)
    }

    fn slot(&self, slot: usize) -> Res<(usize, bool)> {
        self.slots[slot].ok_or(Errno::EBADF)
    }

    pub(super) fn run(&mut self, op: &Op) -> Answer {
        match op {
            Op::Create(path, data) => {
                let at = self.resolve(path, true)?;
                let id = match (at.found, at.name) {
                    (Some(id), _) => id,
                    (None, Some(name)) if !at.slash => self.add(at.dir, &name, Kind::File(Vec::new()))?,
                    _ => return Err(Errno::EISDIR),
                };
                self.data(id)?.clear();
                self.nodes[id].mtime = None;
                self.write(id, 0, data)
            }
            Op::CreateExcl(path) => match self.free(path)? {
                (_, _, true) => Err(Errno::EISDIR),
                (dir, name, _) => self.add(dir, &name, Kind::File(Vec::new())).map(|_| Out::Done),
            },
            Op::WriteAt(path, at, bytes) => {
                let id = self.existing(path, true)?;
                self.write(id, *at, bytes)
            }
            Op::Append(path, bytes) => {
                let id = self.existing(path, true)?;
                let end = self.data(id)?.len() as u64;
                self.write(id, end, bytes)
            }
            Op::Truncate(path, len) => {
                let id = self.existing(path, true)?;
                self.data(id)?.resize(*len as usize, 0);
                self.nodes[id].mtime = None;
                Ok(Out::Done)
            }
            Op::Read(path) => {
                let id = self.existing(path, true)?;
                self.data(id).map(|data| Out::Data(data.clone()))
            }
            _ => self.run_tree(op),
        }
    }

    /// Calls on names.
    fn run_tree(&mut self, op: &Op) -> Answer {
        match op {
            Op::Mkdir(path) => {
                let (dir, name, _) = self.free(path)?;
                self.add(dir, &name, Kind::Dir { names: BTreeMap::new(), parent: dir }).map(|_| Out::Done)
            }
            Op::Rmdir(path) | Op::Unlink(path) => {
                let at = self.resolve(path, false)?;
                let name = at.name.ok_or(Errno::EBUSY)?;
                let id = at.found.ok_or(Errno::ENOENT)?;
                match (op, self.names(id)) {
                    (Op::Rmdir(_), Err(_)) => return Err(Errno::ENOTDIR),
                    (Op::Rmdir(_), Ok(names)) if !names.is_empty() => return Err(Errno::ENOTEMPTY),
                    (Op::Unlink(_), Ok(_)) => return Err(Errno::EISDIR),
                    _ => self.nodes[id].names -= 1,
                }
                self.names_mut(at.dir).remove(&name);
                Ok(Out::Done)
            }
            Op::Link(old, new) => {
                let id = self.existing(old, false)?;
                match self.free(new)? {
                    (_, _, true) => Err(Errno::ENOENT),
                    _ if self.is_dir(id) => Err(Errno::EPERM),
                    (dir, name, _) => {
                        self.names_mut(dir).insert(name, id);
                        self.nodes[id].names += 1;
                        Ok(Out::Done)
                    }
                }
            }
            Op::Symlink(target, path) => match self.free(path)? {
                (_, _, true) => Err(Errno::ENOENT),
                (dir, name, _) => self.add(dir, &name, Kind::Link(target.clone())).map(|_| Out::Done),
            },
            Op::Readlink(path) => match &self.nodes[self.existing(path, false)?].kind {
                Kind::Link(target) => Ok(Out::Data(target.clone().into_bytes())),
                _ => Err(Errno::EINVAL),
            },
            Op::Rename(old, new, noreplace) => self.rename(old, new, *noreplace),
            Op::List(path) => self.list(self.existing(path, true)?),
            Op::Stat(path) => self.existing(path, true).map(|id| self.attr(id)),
            Op::Lstat(path) => self.existing(path, false).map(|id| self.attr(id)),
            Op::Touch(path, sec) => {
                let id = self.existing(path, false)?;
                self.nodes[id].mtime = Some(*sec);
                Ok(Out::Done)
            }
            Op::Open(slot, path, write) => {
                let id = self.existing(path, true)?;
                if *write {
                    self.data(id)?;
                }
                self.slots[*slot] = Some((id, *write));
                Ok(Out::Done)
            }
            _ => self.run_slot(op),
        }
    }

    /// Calls on open files.
    fn run_slot(&mut self, op: &Op) -> Answer {
        match op {
            Op::SlotRead(slot) => {
                let (id, _) = self.slot(*slot)?;
                self.data(id).map(|data| Out::Data(data.clone()))
            }
            Op::SlotWrite(slot, at, bytes) => match self.slot(*slot)? {
                (id, true) => self.write(id, *at, bytes),
                _ => Err(Errno::EBADF),
            },
            Op::SlotStat(slot) => self.slot(*slot).map(|(id, _)| self.attr(id)),
            Op::SlotList(slot) => self.list(self.slot(*slot)?.0),
            Op::SlotCreate(slot, name) => {
                let (id, _) = self.slot(*slot)?;
                self.names(id)?;
                self.add(id, name, Kind::File(Vec::new())).map(|_| Out::Done)
            }
            _ => panic!("not a call on a slot: {op:?}"),
        }
    }
}
