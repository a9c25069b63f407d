//! Open files of an overlay.

use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;
use gopherix_abi::{DirEntry, Errno, Mode, PollEvents, SetTime, Stat};

use super::node::Layered;
use crate::error::{SysResult, fail};
use crate::file::File;
use crate::vfs::{Node, NodeRef, OpenHow};

/// An open file: of the upper tree, of the lower one for reading, or a directory.
pub(super) struct LayeredFile {
    node: Arc<Layered>,
    lower: Option<(Arc<dyn File>, OpenHow)>,
    upper: OnceLock<Arc<dyn File>>,
}

impl LayeredFile {
    /// A file of the upper tree.
    pub(super) fn upper(node: Arc<Layered>, file: Arc<dyn File>) -> Arc<Self> {
        Arc::new(LayeredFile { node, lower: None, upper: OnceLock::from(file) })
    }

    /// A file of the lower tree, open for reading; the copy in the upper tree is opened the same way when there is one.
    pub(super) fn lower(node: Arc<Layered>, file: Arc<dyn File>, how: OpenHow) -> Arc<Self> {
        Arc::new(LayeredFile { node, lower: Some((file, how)), upper: OnceLock::new() })
    }

    /// A directory, whose node is asked for everything.
    pub(super) fn directory(node: Arc<Layered>) -> Arc<Self> {
        Arc::new(LayeredFile { node, lower: None, upper: OnceLock::new() })
    }

    /// The file to read from.
    fn file(&self) -> SysResult<&Arc<dyn File>> {
        if let Some(file) = self.upper.get() {
            return Ok(file);
        }
        let Some((lower, how)) = &self.lower else { return fail(Errno::EISDIR, "a directory has no data") };
        match self.node.upper() {
            Some(copy) => {
                let file = copy.open(*how)?;
                Ok(self.upper.get_or_init(|| file))
            }
            None => Ok(lower),
        }
    }

    /// The file to write to, which only a file of the upper tree is.
    fn writable(&self) -> SysResult<&Arc<dyn File>> {
        match self.upper.get() {
            Some(file) => Ok(file),
            None => fail(Errno::EBADF, "not open for writing"),
        }
    }
}

impl File for LayeredFile {
    fn stat(&self) -> SysResult<Stat> {
        self.node.stat()
    }

    fn seekable(&self) -> bool {
        self.file().map_or(true, |file| file.seekable())
    }

    fn stores(&self) -> bool {
        self.file().map_or(true, |file| file.stores())
    }

    fn read(&self, buf: &mut [u8]) -> SysResult<usize> {
        self.file()?.read(buf)
    }

    fn write(&self, buf: &[u8]) -> SysResult<usize> {
        self.writable()?.write(buf)
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize> {
        self.file()?.read_at(buf, offset)
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> SysResult<usize> {
        self.writable()?.write_at(buf, offset)
    }

    fn append(&self, buf: &[u8]) -> SysResult<(usize, u64)> {
        self.writable()?.append(buf)
    }

    fn ready(&self) -> PollEvents {
        self.file().map_or(PollEvents::IN | PollEvents::OUT, |file| file.ready())
    }

    fn wait(&self, events: PollEvents) -> BoxFuture<'static, ()> {
        match self.file() {
            Ok(file) => file.wait(events),
            Err(_) => Box::pin(std::future::ready(())),
        }
    }

    fn available(&self) -> u64 {
        self.file().map_or(1, |file| file.available())
    }

    fn truncate(&self, len: u64) -> SysResult<()> {
        match self.upper.get() {
            Some(file) => file.truncate(len),
            None => fail(Errno::EINVAL, "not a regular file open for writing"),
        }
    }

    fn allocate(&self, offset: u64, len: u64) -> SysResult<()> {
        self.writable()?.allocate(offset, len)
    }

    fn sync(&self, data_only: bool) -> SysResult<()> {
        // What was only read has nothing to bring to the medium.
        self.upper.get().map_or(Ok(()), |file| file.sync(data_only))
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        self.node.set_times(atime, mtime)
    }

    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        self.node.set_mode(mode)
    }

    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        self.node.set_owner(uid, gid)
    }

    fn node(&self) -> Option<NodeRef> {
        let directory: NodeRef = self.node.clone();
        directory.as_directory().is_some().then_some(directory)
    }

    fn entries(&self) -> SysResult<Vec<DirEntry>> {
        match self.node.as_directory() {
            Some(directory) => directory.entries(),
            None => fail(Errno::ENOTDIR, "not a directory"),
        }
    }

    fn is_terminal(&self) -> bool {
        self.file().is_ok_and(|file| file.is_terminal())
    }
}
