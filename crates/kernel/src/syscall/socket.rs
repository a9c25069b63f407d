//! Stream sockets: accept4(2), recv(2), send(2), shutdown(2).
//!
//! Listeners are handed in by the embedder. Common errors: EBADF, ENOTSOCK, ENOTCAPABLE, EAGAIN (O_NONBLOCK), ENOTCONN.

use gopherix_abi::{AccessMode, Errno, Fd, OpenFlags, PollEvents, Rights, SockHow};

use super::{check_room, file_with, install, until_done};
use crate::error::{SysResult, fail};
use crate::file::OpenFile;
use crate::memory::{GuestMemory, UserSlice, scatter, vector_len};
use crate::task::{Cx, FdEntry};

/// accept4(2). Waits for a connection.
pub(crate) async fn sys_accept(cx: &mut Cx, fd: Fd, flags: OpenFlags) -> SysResult<Fd> {
    let file = file_with(cx, fd, Rights::SOCK_ACCEPT)?;
    check_socket(&file)?;
    let inheriting = cx.process.fds.lock().get(fd)?.inheriting;
    let nonblock = file.flags().contains(OpenFlags::NONBLOCK);
    let connection = until_done(cx, &file, PollEvents::IN, nonblock, |cx, file| {
        check_room(cx)?;
        file.file().accept()
    })
    .await?;
    let open = OpenFile::new(connection, AccessMode::ReadWrite, flags, None);
    let cloexec = flags.contains(OpenFlags::CLOEXEC);
    install(cx, FdEntry { cloexec, inheriting, ..FdEntry::with_rights(open, inheriting) })
}

/// recv(2), with MSG_PEEK and MSG_WAITALL.
pub(crate) async fn sys_recv(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: Fd,
    bufs: &[UserSlice],
    peek: bool,
    wait_all: bool,
) -> SysResult<usize> {
    let file = file_with(cx, fd, Rights::FD_READ)?;
    check_socket(&file)?;
    let len = vector_len(mem, bufs)?;
    let nonblock = file.flags().contains(OpenFlags::NONBLOCK);
    let mut data = vec![0; len];
    let mut done = 0;
    loop {
        let room = data.get_mut(done..).unwrap_or_default();
        let n = until_done(cx, &file, PollEvents::IN, nonblock, |_, file| {
            if peek { file.file().peek(room) } else { file.read(room) }
        })
        .await;
        match n {
            Ok(n) => done = done.saturating_add(n),
            Err(_) if done > 0 => break,
            Err(e) => return Err(e),
        }
        if peek || !wait_all || n == Ok(0) || done >= len {
            break;
        }
    }
    scatter(mem, bufs, data.get(..done).unwrap_or_default())?;
    Ok(done)
}

/// send(2) without flags: a write, on sockets only.
pub(crate) async fn sys_send(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: Fd, bufs: &[UserSlice]) -> SysResult<usize> {
    check_socket(&*file_with(cx, fd, Rights::FD_WRITE)?)?;
    super::file::sys_write(cx, mem, fd, bufs).await
}

/// shutdown(2).
pub(crate) fn sys_shutdown(cx: &mut Cx, fd: Fd, how: SockHow) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::SOCK_SHUTDOWN)?;
    check_socket(&file)?;
    if how.is_empty() {
        return fail(Errno::EINVAL, "neither half named");
    }
    file.file().shutdown(how)
}

fn check_socket(file: &OpenFile) -> SysResult<()> {
    if file.file().is_socket() { Ok(()) } else { fail(Errno::ENOTSOCK, "not a socket") }
}
