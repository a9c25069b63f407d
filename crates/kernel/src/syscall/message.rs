//! Messages on sockets: recv(2), recvmsg(2), send(2), sendmsg(2).
//!
//! All wait where the socket would, unless O_NONBLOCK or MSG_DONTWAIT: EAGAIN. Common errors: EBADF, ENOTSOCK, ENOTCAPABLE, EFAULT,
//! EINVAL, ENOTCONN, ECONNRESET, EPIPE (with SIGPIPE for descriptors 1 and 2), EDESTADDRREQ, EMSGSIZE.

use gopherix_abi::{Errno, Fd, MsgFlags, OpenFlags, PollEvents, Rights, SockAddr, SockType};

use super::file::bounce;
use super::socket::{place, socket_of};
use super::{file_with, until_done};
use crate::error::{SysResult, fail};
use crate::file::OpenFile;
use crate::memory::{GuestMemory, UserSlice, gather, scatter, vector_len};
use crate::net::{Ancillary, Received, RecvHow};
use crate::task::{Cx, FdEntry};

/// What recvmsg answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Bytes received; with MSG_TRUNC asked for, the message's own length.
    pub len: usize,
    /// MSG_TRUNC, MSG_CTRUNC, MSG_EOR.
    pub flags: MsgFlags,
    /// Who sent it, if it is a datagram.
    pub from: Option<SockAddr>,
    /// Descriptors that came with it.
    pub fds: Vec<Fd>,
}

/// recv(2), with MSG_PEEK and MSG_WAITALL.
pub(crate) async fn sys_recv(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: Fd,
    bufs: &[UserSlice],
    flags: MsgFlags,
) -> SysResult<Message> {
    receive(cx, mem, fd, bufs, 0, flags).await
}

/// recvmsg(2), with room for that many descriptors.
pub(crate) async fn sys_recvmsg(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: Fd,
    bufs: &[UserSlice],
    fds: usize,
    flags: MsgFlags,
) -> SysResult<Message> {
    receive(cx, mem, fd, bufs, fds, flags).await
}

async fn receive(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: Fd,
    bufs: &[UserSlice],
    fds: usize,
    flags: MsgFlags,
) -> SysResult<Message> {
    let known = MsgFlags::PEEK | MsgFlags::TRUNC | MsgFlags::DONTWAIT | MsgFlags::WAITALL | MsgFlags::CMSG_CLOEXEC;
    if !(known | MsgFlags::NOSIGNAL).contains(flags) {
        return fail(Errno::EINVAL, "a flag that receiving does not know");
    }
    let file = file_with(cx, fd, Rights::FD_READ)?;
    let packets = socket_of(&file)?.kind() == SockType::SeqPacket;
    let len = vector_len(mem, bufs)?;
    let nonblock = waits_not(&file, flags);
    let how = RecvHow { peek: flags.contains(MsgFlags::PEEK) };
    let mut done = 0;
    let received = loop {
        let part = until_done(cx, &file, PollEvents::IN, nonblock, |cx, file| {
            socket_of(file)?.recv(bounce(&mut cx.bounce, len).get_mut(done..).unwrap_or_default(), how)
        })
        .await;
        let part = match part {
            Ok(part) => part,
            Err(_) if done > 0 => break Received::default(),
            Err(e) => return Err(e),
        };
        done = done.saturating_add(part.n);
        let wants_more = flags.contains(MsgFlags::WAITALL) && !how.peek && part.message.is_none() && done < len;
        if !wants_more || part.n == 0 || part.ancillary.is_some() {
            break part;
        }
    };
    scatter(mem, bufs, cx.bounce.get(..done).unwrap_or_default())?;
    let mut message = Message { len: done, ..Message::default() };
    message.flags.set(MsgFlags::EOR, packets && received.message.is_some());
    Ok(complete(cx, message, received, fds, flags))
}

/// What else there is to tell of a message.
fn complete(cx: &mut Cx, mut message: Message, received: Received, fds: usize, flags: MsgFlags) -> Message {
    message.from = received.from;
    if let Some(len) = received.message {
        message.flags.set(MsgFlags::TRUNC, len > received.n);
        if flags.contains(MsgFlags::TRUNC) {
            message.len = len;
        }
    }
    let Some(passed) = received.ancillary.and_then(|ancillary| ancillary.fds) else { return message };
    for entry in passed.entries() {
        let entry = FdEntry { cloexec: flags.contains(MsgFlags::CMSG_CLOEXEC), ..entry.clone() };
        let installed = if message.fds.len() < fds { super::install(cx, entry).ok() } else { None };
        let Some(fd) = installed else {
            message.flags.insert(MsgFlags::CTRUNC);
            break;
        };
        message.fds.push(fd);
    }
    message
}

/// send(2) without flags: a write, on sockets only.
pub(crate) async fn sys_send(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: Fd, bufs: &[UserSlice]) -> SysResult<usize> {
    socket_of(&*file_with(cx, fd, Rights::FD_WRITE)?)?;
    super::file::sys_write(cx, mem, fd, bufs).await
}

/// sendmsg(2), passing descriptors. A blocking one on a stream is done when all is sent, unless something went wrong on the way.
pub(crate) async fn sys_sendmsg(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: Fd,
    bufs: &[UserSlice],
    to: Option<&SockAddr>,
    fds: &[Fd],
    flags: MsgFlags,
) -> SysResult<usize> {
    let known = MsgFlags::DONTWAIT | MsgFlags::EOR | MsgFlags::MORE | MsgFlags::NOSIGNAL;
    if flags.contains(MsgFlags::OOB) {
        return fail(Errno::ENOTSUP, "no out-of-band data");
    }
    if !known.contains(flags) {
        return fail(Errno::EINVAL, "a flag that sending does not know");
    }
    let file = file_with(cx, fd, Rights::FD_WRITE)?;
    let socket = socket_of(&file)?;
    let is_stream = socket.kind() == SockType::Stream;
    let len = vector_len(mem, bufs)?;
    if !is_stream && bufs.iter().fold(0, |sum: u64, buf| sum.saturating_add(buf.len)) > u64::try_from(len).unwrap_or(0)
    {
        return fail(Errno::EMSGSIZE, "longer than any message");
    }
    let to = to.map(|addr| place(cx, addr)).transpose()?;
    let mut ancillary = ancillary(cx, fds)?;
    gather(mem, bufs, bounce(&mut cx.bounce, len))?;
    let nonblock = waits_not(&file, flags);
    let mut done = 0;
    while done < len || done == 0 {
        let part = until_done(cx, &file, PollEvents::OUT, nonblock, |cx, file| {
            let rest = cx.bounce.get(done..len).unwrap_or_default();
            socket_of(file)?.send(rest, to.as_ref(), ancillary.clone())
        })
        .await;
        match part {
            Ok(n) => done = done.saturating_add(n),
            Err(_) if done > 0 => break,
            Err(e) => {
                if e.errno == Errno::EPIPE && is_stream && !flags.contains(MsgFlags::NOSIGNAL) {
                    crate::os_wasm::os_sigpipe(cx, fd);
                }
                return Err(e);
            }
        }
        ancillary = None;
        if nonblock || !is_stream || len == 0 {
            break;
        }
    }
    Ok(done)
}

fn waits_not(file: &OpenFile, flags: MsgFlags) -> bool {
    file.flags().contains(OpenFlags::NONBLOCK) || flags.contains(MsgFlags::DONTWAIT)
}

/// Control data with these descriptors.
fn ancillary(cx: &Cx, fds: &[Fd]) -> SysResult<Option<Ancillary>> {
    if fds.is_empty() {
        return Ok(None);
    }
    let entries: SysResult<Vec<FdEntry>> = {
        let table = cx.process.fds.lock();
        fds.iter().map(|fd| table.get(*fd).map(|entry| FdEntry { preopen: None, ..entry.clone() })).collect()
    };
    let passed = cx.kernel.net().pass(entries?)?;
    Ok(Some(Ancillary { fds: Some(passed) }))
}
