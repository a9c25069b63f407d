//! Copying files of the lower tree to the upper one.

use std::sync::Arc;

use gopherix_abi::{Errno, FileType, Pid, SetTime, Stat};

use super::Change;
use super::node::{Layered, directory};
use crate::error::{SysError, SysResult, fail};
use crate::file::File;
use crate::vfs::{Name, NodeRef, OpenHow};

/// Most files that renaming one directory copies up.
pub const COPY_UP_ENTRIES: usize = 1 << 16;
/// Most bytes that renaming one directory copies up.
pub const COPY_UP_BYTES: u64 = 1 << 30;

/// Bytes copied at once.
const PIECE: usize = 1 << 18;

/// Whether a file's data is wanted in the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// All of it.
    Copy,
    /// None: the file is about to be truncated.
    Skip,
}

impl Layered {
    /// The node in the upper tree, copied there if it was not, with the directories above it.
    ///
    /// # Errors
    /// ENOENT if it was unlinked; EPERM for special files; as the two file systems'. Then nothing of it was copied.
    pub(super) fn copy_up(&self, _held: &Change<'_>, data: Data) -> SysResult<NodeRef> {
        let mut missing = Vec::new();
        let mut at = self.shared()?;
        let mut upper = loop {
            let place = {
                let layers = at.lock();
                if let Some(upper) = &layers.upper {
                    break upper.clone();
                }
                if layers.gone {
                    return fail(Errno::ENOENT, "unlinked before it was copied up");
                }
                layers.place.clone()
            };
            let place = place.ok_or(SysError::new(Errno::EIO, "node without a place"))?;
            missing.push((at, place.name));
            at = place.dir;
        };
        for (node, name) in missing.into_iter().rev() {
            upper = node.copy_one(&upper, &name, data)?;
        }
        Ok(upper)
    }

    /// Copies this node into the upper directory `dir`.
    fn copy_one(&self, dir: &NodeRef, name: &Name, data: Data) -> SysResult<NodeRef> {
        let lower = self.shown()?;
        let stat = lower.stat()?;
        let before = dir.stat()?;
        let copy = match self.kind {
            FileType::Directory => {
                directory(dir)?.mkdir(name, stat.mode)?;
                directory(dir)?.lookup(name)?.node
            }
            FileType::Symlink => {
                directory(dir)?.symlink(name, &lower.readlink(NOBODY)?)?;
                directory(dir)?.lookup(name)?.node
            }
            FileType::Regular => {
                let how = OpenHow { caller: NOBODY, read: true, write: true, truncate: false };
                directory(dir)?.create(name, stat.mode, how)?.0
            }
            _ => return fail(Errno::EPERM, "a special file of the lower tree"),
        };
        let filled = self.fill(&lower, stat, &copy, data);
        if filled.is_err() {
            // A part must not be taken for the whole.
            match self.kind {
                FileType::Directory => directory(dir)?.rmdir(name)?,
                _ => directory(dir)?.unlink(name)?,
            }
        }
        // Either way the directory shows the same entries as before.
        dir.set_times(SetTime::At(before.atime), SetTime::At(before.mtime))?;
        filled.map(|()| copy)
    }

    /// Gives a new copy its data and attributes, and shows it from then on.
    fn fill(&self, lower: &NodeRef, stat: Stat, copy: &NodeRef, data: Data) -> SysResult<()> {
        if self.kind == FileType::Regular && data == Data::Copy {
            let how = OpenHow { caller: NOBODY, read: true, write: false, truncate: false };
            copy_data(&lower.open(how)?, &copy.open(OpenHow { write: true, ..how })?)?;
        }
        copy.set_owner(Some(stat.uid), Some(stat.gid))?;
        if self.kind != FileType::Symlink {
            // Giving it away took the set-id bits.
            copy.set_mode(stat.mode)?;
        }
        copy.set_times(SetTime::At(stat.atime), SetTime::At(stat.mtime))?;
        let made = copy.stat()?;
        self.fs.numbers.lock().keep(made.dev, made.ino, self.ino);
        let mut layers = self.lock();
        layers.upper = Some(copy.clone());
        if self.kind != FileType::Directory {
            layers.lower = None;
        }
        Ok(())
    }

    /// Copies up this directory and all below, so that nothing of it is left in the lower tree and it can move.
    ///
    /// # Errors
    /// EXDEV if that is too much; as [`Layered::copy_up`]. What was copied by then stays, and shows no difference.
    pub(super) fn copy_up_tree(&self, held: &Change<'_>) -> SysResult<()> {
        let mut bytes = 0u64;
        let mut waiting = vec![self.shared()?];
        // Held to the end, so that every look-up meanwhile finds these very nodes.
        let mut copied = Vec::new();
        while let Some(node) = waiting.pop() {
            let Some(stat) = node.lower_stat()? else { continue };
            if node.kind == FileType::Regular {
                bytes = bytes.saturating_add(stat.size);
            }
            if bytes > COPY_UP_BYTES || copied.len() >= COPY_UP_ENTRIES {
                return fail(Errno::EXDEV, "the directory is too large to be copied up");
            }
            node.copy_up(held, Data::Copy)?;
            if node.kind == FileType::Directory {
                for entry in node.list()? {
                    match node.child(&entry.name) {
                        Ok((child, _)) => waiting.push(child),
                        Err(e) if e.errno == Errno::ENOENT => {}
                        Err(e) => return Err(e),
                    }
                }
            }
            copied.push(node);
        }
        let place = self.lock().place.clone();
        if let (Some(place), false) = (place, copied.is_empty()) {
            self.fs.hidden.lock().insert(&place.dir.lower_path, &place.name);
        }
        for node in &copied {
            node.lock().lower = None;
        }
        // Only directories have a lower path of their own.
        if self.kind == FileType::Directory && !copied.is_empty() {
            self.fs.hidden.lock().forget_below(&self.lower_path);
        }
        Ok(())
    }

    fn lower_stat(&self) -> SysResult<Option<Stat>> {
        let lower = self.lock().lower.clone();
        lower.map(|lower| lower.stat()).transpose()
    }
}

/// The overlay itself asks, for no process.
const NOBODY: Pid = Pid(0);

fn copy_data(from: &Arc<dyn File>, to: &Arc<dyn File>) -> SysResult<()> {
    let mut buf = vec![0; PIECE];
    let mut at = 0u64;
    loop {
        let n = from.read_at(&mut buf, at)?;
        let mut piece = buf.get(..n).unwrap_or_default();
        if piece.is_empty() {
            return to.truncate(at);
        }
        // Zeros stay holes.
        if piece.iter().all(|b| *b == 0) {
            at = at.saturating_add(u64::try_from(n).unwrap_or(0));
            continue;
        }
        while !piece.is_empty() {
            let written = to.write_at(piece, at)?;
            if written == 0 {
                return fail(Errno::EIO, "the upper file takes no more");
            }
            piece = piece.get(written..).unwrap_or_default();
            at = at.saturating_add(u64::try_from(written).unwrap_or(0));
        }
    }
}
