//! Open files: read(2), write(2), lseek(2), fsync(2), posix_fallocate(3), ftruncate(2), fstat(2), futimens(3), fcntl(2),
//! dup(2), close(2), getdents(2), rights(4).
//!
//! read and write wait where the file would (unless O_NONBLOCK: EAGAIN); all others answer at once. Common errors: EBADF (not
//! open, or not open for this), ENOTCAPABLE (no right), EFAULT (buffer outside memory), ESPIPE (offset of a stream),
//! EINVAL (negative range).

use std::sync::Arc;

use gopherix_abi::{Advice, Errno, Fd, OpenFlags, PollEvents, Rights, SetTime, Stat, Whence};

use super::{Listing, file_with, noting_limit, until_done};
use crate::error::{SysResult, fail};
use crate::file::OpenFile;
use crate::memory::{GuestMemory, UserSlice, gather, scatter, vector_len};
use crate::task::Cx;

/// read(2), readv(2). EISDIR for directories.
pub(crate) async fn sys_read(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: Fd, bufs: &[UserSlice]) -> SysResult<usize> {
    let file = file_with(cx, fd, Rights::FD_READ)?;
    let len = vector_len(mem, bufs)?;
    file.check_readable()?;
    let nonblock = file.flags().contains(OpenFlags::NONBLOCK);
    if let Some(tty) = file.file().tty() {
        let n = super::tty::read(cx, &file, tty, len, nonblock).await?;
        scatter(mem, bufs, cx.bounce.get(..n).unwrap_or_default())?;
        return Ok(n);
    }
    until_done(cx, &file, PollEvents::IN, nonblock, |cx, file| {
        let n = file.read(bounce(&mut cx.bounce, len))?;
        scatter(mem, bufs, cx.bounce.get(..n).unwrap_or_default())?;
        Ok(n)
    })
    .await
}

/// write(2), writev(2). EPIPE, with SIGPIPE for descriptors 1 and 2; EFBIG and EDQUOT at the process' limits.
pub(crate) async fn sys_write(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: Fd, bufs: &[UserSlice]) -> SysResult<usize> {
    let file = file_with(cx, fd, Rights::FD_WRITE)?;
    let len = vector_len(mem, bufs)?;
    file.check_writable()?;
    let nonblock = file.flags().contains(OpenFlags::NONBLOCK);
    let len = allowed(cx, &file, None, len)?;
    gather(mem, bufs, bounce(&mut cx.bounce, len))?;
    if file.file().seekable() {
        let n = file.write(cx.bounce.get(..len).unwrap_or_default())?;
        count_written(cx, &file, n);
        return Ok(n);
    }
    // A blocking write to a stream is done when all of it is (pipe(7)), unless something went wrong on the way.
    let mut done = 0;
    while done < len || len == 0 {
        if let Some(tty) = file.file().tty() {
            super::tty::may_write(cx, tty).await?;
        }
        let part = until_done(cx, &file, PollEvents::OUT, nonblock, |cx, file| {
            file.write(cx.bounce.get(done..len).unwrap_or_default())
        })
        .await;
        match part {
            Ok(n) => done = done.saturating_add(n),
            Err(_) if done > 0 => break,
            Err(e) => {
                if e.errno == Errno::EPIPE {
                    crate::os_wasm::os_sigpipe(cx, fd);
                }
                return Err(e);
            }
        }
        if nonblock || len == 0 {
            break;
        }
    }
    Ok(done)
}

/// pread(2), preadv(2). ESPIPE for streams.
pub(crate) fn sys_pread(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: Fd,
    bufs: &[UserSlice],
    offset: u64,
) -> SysResult<usize> {
    let file = positioned(cx, fd, Rights::FD_READ)?;
    let len = vector_len(mem, bufs)?;
    check_offset(offset)?;
    let n = file.read_at(bounce(&mut cx.bounce, len), offset)?;
    scatter(mem, bufs, cx.bounce.get(..n).unwrap_or_default())?;
    Ok(n)
}

/// pwrite(2), pwritev(2). ESPIPE for streams.
pub(crate) fn sys_pwrite(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: Fd,
    bufs: &[UserSlice],
    offset: u64,
) -> SysResult<usize> {
    let file = positioned(cx, fd, Rights::FD_WRITE)?;
    let len = vector_len(mem, bufs)?;
    check_offset(offset)?;
    let len = allowed(cx, &file, Some(offset), len)?;
    gather(mem, bufs, bounce(&mut cx.bounce, len))?;
    let n = file.write_at(cx.bounce.get(..len).unwrap_or_default(), offset)?;
    count_written(cx, &file, n);
    Ok(n)
}

/// lseek(2). A right to tell suffices to stay where one is.
pub(crate) fn sys_lseek(cx: &mut Cx, fd: Fd, offset: i64, whence: Whence) -> SysResult<u64> {
    let tells = offset == 0 && whence == Whence::Cur;
    let entry = cx.process.fds.lock().get(fd)?.clone();
    if !entry.file.file().seekable() {
        return fail(Errno::ESPIPE, "this file has no offsets");
    }
    if !(tells && entry.rights.contains(Rights::FD_TELL)) {
        entry.check(Rights::FD_SEEK)?;
    }
    entry.file.seek(offset, whence)
}

/// fsync(2).
pub(crate) fn sys_fsync(cx: &mut Cx, fd: Fd) -> SysResult<()> {
    file_with(cx, fd, Rights::FD_SYNC)?.file().sync(false)
}

/// fdatasync(2).
pub(crate) fn sys_fdatasync(cx: &mut Cx, fd: Fd) -> SysResult<()> {
    file_with(cx, fd, Rights::FD_DATASYNC)?.file().sync(true)
}

/// posix_fallocate(3). EINVAL for length 0, EFBIG past the largest offset.
pub(crate) fn sys_fallocate(cx: &mut Cx, fd: Fd, offset: u64, len: u64) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::FD_ALLOCATE)?;
    file.check_writable()?;
    if len == 0 {
        return fail(Errno::EINVAL, "length 0");
    }
    let end = offset.checked_add(len).filter(|end| i64::try_from(*end).is_ok());
    let Some(end) = end else { return fail(Errno::EFBIG, "range past the largest offset") };
    check_size_limit(cx, end)?;
    file.file().allocate(offset, len)
}

/// posix_fadvise(2). ESPIPE for streams. The advice is free to be ignored, and is.
pub(crate) fn sys_fadvise(cx: &mut Cx, fd: Fd, offset: u64, len: u64, advice: Advice) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::FD_ADVISE)?;
    let _ = (len, advice);
    check_offset(offset)?;
    if !file.file().seekable() {
        return fail(Errno::ESPIPE, "advice on a stream");
    }
    Ok(())
}

/// ftruncate(2).
pub(crate) fn sys_ftruncate(cx: &mut Cx, fd: Fd, len: u64) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::FD_FILESTAT_SET_SIZE)?;
    if !file.access().writes() {
        return fail(Errno::EINVAL, "not open for writing");
    }
    check_offset(len)?;
    check_size_limit(cx, len)?;
    file.file().truncate(len)
}

/// fstat(2).
pub(crate) fn sys_fstat(cx: &mut Cx, fd: Fd) -> SysResult<Stat> {
    file_with(cx, fd, Rights::FD_FILESTAT_GET)?.file().stat()
}

/// futimens(3).
pub(crate) fn sys_futimens(cx: &mut Cx, fd: Fd, atime: SetTime, mtime: SetTime) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::FD_FILESTAT_SET_TIMES)?;
    if let Some(location) = file.location() {
        location.mount().check_writable()?;
    }
    file.file().set_times(atime, mtime)
}

/// fcntl(2), F_SETFL: append, nonblock and the sync flags.
pub(crate) fn sys_fcntl_setfl(cx: &mut Cx, fd: Fd, flags: OpenFlags) -> SysResult<()> {
    file_with(cx, fd, Rights::FD_FDSTAT_SET_FLAGS)?.set_flags(flags);
    Ok(())
}

/// dup2(2): `to` is closed first; onto itself it does nothing.
pub(crate) fn sys_dup2(cx: &mut Cx, from: Fd, to: Fd) -> SysResult<Fd> {
    let mut fds = cx.process.fds.lock();
    let entry = fds.get(from)?.clone();
    if from != to {
        let old = fds.install_at(to, crate::task::FdEntry { cloexec: false, ..entry })?;
        drop(fds);
        drop(old);
    }
    Ok(to)
}

/// fcntl(2) with F_DUPFD and F_DUPFD_CLOEXEC: the lowest free number from `min` on. EINVAL for a `min` beyond the limit, EMFILE.
pub(crate) fn sys_dupfd(cx: &mut Cx, fd: Fd, min: Fd, cloexec: bool) -> SysResult<Fd> {
    let mut fds = cx.process.fds.lock();
    let entry = fds.get(fd)?.clone();
    let answer = fds.install_from(min, crate::task::FdEntry { cloexec, preopen: None, ..entry });
    drop(fds);
    noting_limit(cx, answer)
}

/// close(2).
pub(crate) fn sys_close(cx: &mut Cx, fd: Fd) -> SysResult<()> {
    let entry = cx.process.fds.lock().remove(fd)?;
    drop(entry);
    Ok(())
}

/// getdents(2): the entries from the one `cookie` stands for. Cookie 0 starts a new listing; a cookie is the number of
/// entries before, `.` and `..` included.
pub(crate) fn sys_getdents(cx: &mut Cx, fd: Fd, cookie: u64) -> SysResult<Listing> {
    let file = file_with(cx, fd, Rights::FD_READDIR)?;
    let entries = file.listing(cookie == 0)?;
    let (mut own, mut parent) = (0, 0);
    if cookie < 2 {
        own = file.file().stat()?.ino;
        parent = match file.location().and_then(|l| l.parent()) {
            Some(parent) => parent.node().stat().map_or(own, |s| s.ino),
            None => own,
        };
    }
    Ok(Listing { entries, own, parent, cookie })
}

/// cap_rights_get(3): what may be done with the descriptor, and what may be given to files opened through it.
pub(crate) fn sys_cap_rights_get(cx: &mut Cx, fd: Fd) -> SysResult<(Rights, Rights)> {
    let fds = cx.process.fds.lock();
    let entry = fds.get(fd)?;
    Ok((entry.rights, entry.inheriting))
}

/// cap_rights_limit(2): rights can only be taken away (ENOTCAPABLE).
pub(crate) fn sys_cap_rights_limit(cx: &mut Cx, fd: Fd, rights: Rights, inheriting: Rights) -> SysResult<()> {
    let mut fds = cx.process.fds.lock();
    let entry = fds.get_mut(fd)?;
    if !entry.rights.contains(rights) || !entry.inheriting.contains(inheriting) {
        return fail(Errno::ENOTCAPABLE, "rights can only be taken away");
    }
    entry.rights = rights;
    entry.inheriting = inheriting;
    Ok(())
}

/// The description behind a descriptor that has the right and offsets to use it at.
fn positioned(cx: &Cx, fd: Fd, right: Rights) -> SysResult<Arc<OpenFile>> {
    let fds = cx.process.fds.lock();
    let entry = fds.get(fd)?;
    entry.check(right)?;
    if !entry.file.file().seekable() {
        return fail(Errno::ESPIPE, "this file has no offsets");
    }
    entry.check(Rights::FD_SEEK)?;
    Ok(entry.file.clone())
}

/// The first `len` bytes of the bounce buffer.
pub(super) fn bounce(buffer: &mut Vec<u8>, len: usize) -> &mut [u8] {
    if buffer.len() < len {
        buffer.resize(len, 0);
    }
    buffer.get_mut(..len).unwrap_or_default()
}

pub(super) fn check_offset(offset: u64) -> SysResult<()> {
    match i64::try_from(offset) {
        Ok(_) => Ok(()),
        Err(_) => fail(Errno::EINVAL, "negative offset"),
    }
}

pub(super) fn check_size_limit(cx: &Cx, size: u64) -> SysResult<()> {
    match cx.process.limits.file_size {
        Some(limit) if size > limit => fail(Errno::EFBIG, "the process' file size limit is reached"),
        _ => Ok(()),
    }
}

pub(super) fn count_written(cx: &Cx, file: &OpenFile, n: usize) {
    if file.file().stores() {
        cx.process.usage.wrote(n);
    }
}

/// How many of `len` bytes the limits let the process write to a regular file.
pub(super) fn allowed(cx: &Cx, file: &OpenFile, at: Option<u64>, len: usize) -> SysResult<usize> {
    if !file.file().stores() {
        return Ok(len);
    }
    let offset = match at {
        _ if cx.process.limits.file_size.is_none() => 0,
        _ if file.flags().contains(OpenFlags::APPEND) => file.file().stat()?.size,
        Some(offset) => offset,
        None => file.offset(),
    };
    cx.process.usage.allow_write(&cx.process.limits, offset, len)
}
