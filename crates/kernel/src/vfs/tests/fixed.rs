//! A directory that never changes, of any nodes, with or without look-ups of several names at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use gopherix_abi::{DirEntry, Errno, FileType, Mode, SetTime, Stat};

use crate::error::{SysError, SysResult, fail};
use crate::file::File;
use crate::fs::tests::memfs;
use crate::vfs::{Directory, FileSystem, Found, FsInfo, Name, Node, NodeRef, OpenHow, RenameFlags};

pub(crate) struct Fixed {
    pub(crate) names: BTreeMap<Vec<u8>, NodeRef>,
    pub(crate) chains: bool,
    pub(crate) stat: Stat,
}

impl Fixed {
    pub(crate) fn of(names: impl IntoIterator<Item = (&'static str, NodeRef)>) -> Arc<Self> {
        let names = names.into_iter().map(|(name, node)| (name.as_bytes().to_vec(), node)).collect();
        Arc::new(Fixed { names, chains: false, stat: memfs().root().stat().unwrap() })
    }

    /// A copy of a tree that can look up several names at once. Numbers and all that is no directory are the tree's own.
    pub(crate) fn copy(node: &NodeRef) -> NodeRef {
        let Some(dir) = node.as_directory() else { return node.clone() };
        let entries = dir.entries().unwrap().into_iter();
        let names = entries.map(|e| (e.name.to_vec(), Fixed::copy(&dir.lookup(&e.name).unwrap().node))).collect();
        Arc::new(Fixed { names, chains: true, stat: node.stat().unwrap() })
    }
}

pub(crate) struct FixedFs(pub(crate) NodeRef);

impl FileSystem for FixedFs {
    fn root(&self) -> NodeRef {
        self.0.clone()
    }

    fn info(&self) -> FsInfo {
        FsInfo { kind: "fixed", source: "fixed".into(), read_only: true }
    }
}

const READ_ONLY: SysError = SysError::bare(Errno::EROFS);

impl Node for Fixed {
    fn kind(&self) -> FileType {
        FileType::Directory
    }

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.stat)
    }

    fn open(&self, _how: OpenHow) -> SysResult<Arc<dyn File>> {
        Err(READ_ONLY)
    }

    fn as_directory(&self) -> Option<&dyn Directory> {
        Some(self)
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        Err(READ_ONLY)
    }
}

impl Directory for Fixed {
    fn lookup(&self, name: &Name) -> SysResult<Found> {
        assert!(!name.is_empty() && name != b"." && name != b".." && name.len() < 256);
        assert!(!name.contains(&b'/') && !name.contains(&0));
        self.names.get(name).cloned().map(Found::from).ok_or(SysError::bare(Errno::ENOENT))
    }

    fn lookup_chain(&self, names: &[&Name]) -> Option<SysResult<(Vec<NodeRef>, Stat)>> {
        if !self.chains {
            return None;
        }
        let mut nodes: Vec<NodeRef> = Vec::new();
        for name in names {
            let found = match nodes.last() {
                None => self.lookup(name),
                Some(node) => match (node.as_directory(), node.kind()) {
                    (Some(dir), _) => dir.lookup(name),
                    (None, FileType::Symlink) => return None,
                    (None, _) => fail(Errno::ENOTDIR, ""),
                },
            };
            match found {
                Ok(found) => nodes.push(found.node),
                Err(e) => return Some(Err(e)),
            }
        }
        let stat = nodes.last()?.stat();
        Some(stat.map(|stat| (nodes, stat)))
    }

    fn stat_below(&self, path: &[u8]) -> Option<SysResult<Stat>> {
        let names: Vec<&Name> = path.split(|b| *b == b'/').collect();
        Some(self.lookup_chain(&names)?.map(|(_, stat)| stat))
    }

    fn create(&self, _: &Name, _: Mode, _: OpenHow) -> SysResult<(NodeRef, Arc<dyn File>)> {
        Err(READ_ONLY)
    }

    fn mkdir(&self, _: &Name, _: Mode) -> SysResult<()> {
        Err(READ_ONLY)
    }

    fn symlink(&self, _: &Name, _: &[u8]) -> SysResult<()> {
        Err(READ_ONLY)
    }

    fn link(&self, _: &Name, _: &NodeRef) -> SysResult<()> {
        Err(READ_ONLY)
    }

    fn unlink(&self, _: &Name) -> SysResult<()> {
        Err(READ_ONLY)
    }

    fn rmdir(&self, _: &Name) -> SysResult<()> {
        Err(READ_ONLY)
    }

    fn rename(&self, _: &Name, _: &NodeRef, _: &Name, _: RenameFlags) -> SysResult<()> {
        Err(READ_ONLY)
    }

    fn entries(&self) -> SysResult<Vec<DirEntry>> {
        let entry = |(name, node): (&Vec<u8>, &NodeRef)| DirEntry { ino: 0, kind: node.kind(), name: (&**name).into() };
        Ok(self.names.iter().map(entry).collect())
    }
}
