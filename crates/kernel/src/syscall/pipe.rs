//! Pipes: pipe2(2).
//!
//! Does not wait. EINVAL for flags but O_CLOEXEC and O_NONBLOCK; EMFILE, and then there is no pipe.

use gopherix_abi::{AccessMode, Errno, Fd, OpenFlags};

use crate::error::{SysResult, fail};
use crate::file::{File, OpenFile};
use crate::ipc::pipe::pipe;
use crate::task::{Cx, FdEntry};

use super::noting_limit;

/// pipe2(2): the descriptor to read, the one to write.
pub(crate) fn sys_pipe2(cx: &mut Cx, flags: OpenFlags) -> SysResult<[Fd; 2]> {
    if !(OpenFlags::CLOEXEC | OpenFlags::NONBLOCK).contains(flags) {
        return fail(Errno::EINVAL, "only O_CLOEXEC and O_NONBLOCK");
    }
    let cloexec = flags.contains(OpenFlags::CLOEXEC);
    let (reader, writer) = pipe();
    let entry = |end: std::sync::Arc<dyn File>, access| {
        let open = OpenFile::new(end, access, flags & OpenFlags::NONBLOCK, None);
        FdEntry { cloexec, ..FdEntry::new(open) }
    };
    let (reader, writer) = (entry(reader, AccessMode::ReadOnly), entry(writer, AccessMode::WriteOnly));
    let mut fds = cx.process.fds.lock();
    let answer = fds.install(reader).and_then(|read| match fds.install(writer) {
        Ok(write) => Ok([read, write]),
        Err(e) => {
            fds.remove(read)?;
            Err(e)
        }
    });
    drop(fds);
    noting_limit(cx, answer)
}
