//! The program that a process runs, as a file.

use std::sync::Arc;

use gopherix_abi::{Errno, FileType, Mode, PollEvents, SetTime, Stat};

use crate::error::{SysResult, fail};
use crate::file::File;
use crate::net::{anonymous_stat, next_ino};
use crate::vfs::{Location, Node, NodeRef, OpenHow};

/// Where a process' program is.
#[derive(Clone)]
pub enum Executable {
    /// In the tree.
    Placed(Arc<Location>),
    /// Nowhere: an embedder has handed it in.
    Image(NodeRef),
}

impl std::fmt::Debug for Executable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Executable::Placed(place) => write!(f, "Placed({})", place.path().escape_ascii()),
            Executable::Image(_) => f.write_str("Image"),
        }
    }
}

impl Executable {
    /// A program that an embedder hands in.
    #[must_use]
    pub fn image(bytes: Arc<Vec<u8>>) -> Executable {
        Executable::Image(Arc::new(ImageNode { bytes, ino: next_ino() }))
    }
}

/// A program without a name: what `/proc/PID/exe` leads to then. It can be read and executed.
struct ImageNode {
    bytes: Arc<Vec<u8>>,
    ino: u64,
}

impl ImageNode {
    fn attributes(&self) -> Stat {
        let size = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        Stat { mode: Mode(0o555), size, ..anonymous_stat(FileType::Regular, self.ino) }
    }
}

impl Node for ImageNode {
    fn kind(&self) -> FileType {
        FileType::Regular
    }

    fn stat(&self) -> SysResult<Stat> {
        Ok(self.attributes())
    }

    fn open(&self, how: OpenHow) -> SysResult<Arc<dyn File>> {
        if how.write {
            return fail(Errno::ETXTBSY, "a program that runs");
        }
        Ok(Arc::new(ImageFile { bytes: self.bytes.clone(), stat: self.attributes() }))
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> SysResult<()> {
        fail(Errno::EPERM, "the times of this file cannot be set")
    }
}

struct ImageFile {
    bytes: Arc<Vec<u8>>,
    stat: Stat,
}

impl File for ImageFile {
    fn stat(&self) -> SysResult<Stat> {
        Ok(self.stat)
    }

    fn seekable(&self) -> bool {
        true
    }

    fn stores(&self) -> bool {
        false
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize> {
        let rest = usize::try_from(offset).ok().and_then(|at| self.bytes.get(at..)).unwrap_or_default();
        let n = rest.len().min(buf.len());
        for (to, from) in buf.iter_mut().zip(rest) {
            *to = *from;
        }
        Ok(n)
    }

    fn ready(&self) -> PollEvents {
        PollEvents::IN
    }
}
