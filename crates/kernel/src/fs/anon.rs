//! Nodes of files without a name: pipes, sockets, streams of the host.
//!
//! `/proc/self/fd/N` of such a file leads to an [`AnonNode`]; opening that gives the file again, as open(2) of Linux's
//! `/proc/self/fd/N` does for a pipe; a socket cannot be opened (ENXIO). Neighbours: procfs makes them, the path walk answers
//! them ([`MagicTarget::Node`](crate::vfs::MagicTarget::Node)).

use std::sync::Arc;

use gopherix_abi::{Errno, FileType, Mode, SetTime, Stat};

use crate::error::{SysResult, fail};
use crate::file::File;
use crate::vfs::{Node, OpenHow};

/// A node around an open file.
pub struct AnonNode {
    file: Arc<dyn File>,
    kind: FileType,
}

impl AnonNode {
    /// The node of `file`. Its type is what the file's attributes say now; `Unknown` if they cannot be had.
    #[must_use]
    pub fn new(file: Arc<dyn File>) -> Arc<Self> {
        let kind = file.stat().map_or(FileType::Unknown, |stat| stat.kind);
        Arc::new(AnonNode { file, kind })
    }
}

impl Node for AnonNode {
    fn kind(&self) -> FileType {
        self.kind
    }

    fn stat(&self) -> SysResult<Stat> {
        self.file.stat()
    }

    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        if how.write && self.kind == FileType::Directory {
            return fail(Errno::EISDIR, "a directory cannot be written");
        }
        if self.file.is_socket() {
            return fail(Errno::ENXIO, "a socket cannot be opened");
        }
        // O_TRUNC means nothing for streams (open(2)).
        if how.write && how.truncate && self.kind == FileType::Regular {
            self.file.truncate(0)?;
        }
        Ok(self.file.clone())
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        self.file.set_times(atime, mtime)
    }

    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        self.file.set_mode(mode)
    }

    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        self.file.set_owner(uid, gid)
    }
}
