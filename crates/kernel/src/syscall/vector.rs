//! Reading and writing that never wait: preadv2(2), pwritev2(2).
//!
//! An event loop reads and writes with these and RWF_NOWAIT, and waits for all that answered EAGAIN together. Without the
//! flag they are done where nothing would have to be waited for; where something would, they answer ENOTSUP, since waiting
//! is read's and write's. Regular files answer at once, as ever: a disk is not waited for in Unix's sense.

use gopherix_abi::{Errno, Fd, OpenFlags, Rights, RwFlags};

use super::file::{allowed, bounce, count_written, sys_pread, sys_pwrite};
use super::file_with;
use crate::error::{SysError, SysResult};
use crate::file::OpenFile;
use crate::memory::{GuestMemory, UserSlice, gather, scatter, vector_len};
use crate::task::Cx;
use crate::tty::Use;

/// preadv2(2): at `offset`, or at the description's own, which moves. EAGAIN if it would wait; else as read(2) and pread(2).
pub(crate) fn sys_preadv2(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: Fd,
    bufs: &[UserSlice],
    offset: Option<u64>,
    flags: RwFlags,
) -> SysResult<usize> {
    if let Some(offset) = offset {
        return sys_pread(cx, mem, fd, bufs, offset);
    }
    let file = file_with(cx, fd, Rights::FD_READ)?;
    let len = vector_len(mem, bufs)?;
    file.check_readable()?;
    if let Some(tty) = file.file().tty() {
        tty.admit(cx, Use::Read)?;
    }
    let n = file.read(bounce(&mut cx.bounce, len)).map_err(|e| unwaited(&file, flags, e))?;
    scatter(mem, bufs, cx.bounce.get(..n).unwrap_or_default())?;
    Ok(n)
}

/// pwritev2(2): at `offset`, or at the description's own, which moves. Writes what can be written at once; EAGAIN if that is
/// nothing; else as write(2) and pwrite(2), SIGPIPE included unless the process ignores it.
pub(crate) fn sys_pwritev2(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: Fd,
    bufs: &[UserSlice],
    offset: Option<u64>,
    flags: RwFlags,
) -> SysResult<usize> {
    if let Some(offset) = offset {
        return sys_pwrite(cx, mem, fd, bufs, offset);
    }
    let file = file_with(cx, fd, Rights::FD_WRITE)?;
    let len = vector_len(mem, bufs)?;
    file.check_writable()?;
    let len = allowed(cx, &file, None, len)?;
    gather(mem, bufs, bounce(&mut cx.bounce, len))?;
    if let Some(tty) = file.file().tty()
        && tty.stops_writers(&cx.process)
    {
        tty.admit(cx, Use::Change)?;
    }
    match file.write(cx.bounce.get(..len).unwrap_or_default()) {
        Ok(n) => {
            count_written(cx, &file, n);
            Ok(n)
        }
        Err(e) => {
            if e.errno == Errno::EPIPE {
                crate::os_wasm::os_sigpipe(cx, fd);
            }
            Err(unwaited(&file, flags, e))
        }
    }
}

/// The error for what would have to be waited for.
fn unwaited(file: &OpenFile, flags: RwFlags, error: SysError) -> SysError {
    let asked = flags.contains(RwFlags::NOWAIT) || file.flags().contains(OpenFlags::NONBLOCK);
    if error.errno == Errno::EAGAIN && !asked {
        return SysError::new(Errno::ENOTSUP, "this call never waits: RWF_NOWAIT is missing");
    }
    error
}
