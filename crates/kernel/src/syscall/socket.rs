//! Sockets: socket(2), socketpair(2), bind(2), connect(2), listen(2), accept4(2), getsockname(2), getpeername(2), shutdown(2).
//!
//! connect and accept wait (unless O_NONBLOCK: EINPROGRESS and EAGAIN), all others answer at once. Common errors: EBADF, ENOTSOCK,
//! ENOTCAPABLE, EAFNOSUPPORT, EINVAL, EMFILE, EACCES (the host's network, where no --net rule grants it).

use std::sync::Arc;

use gopherix_abi::{
    AccessMode, Errno, Fd, OpenFlags, PollEvents, Rights, SockAddr, SockFamily, SockHow, SockType, UnixName,
};

use super::path::{find_socket, make_socket};
use super::{check_room, file_with, install, until_done};
use crate::error::{SysError, SysResult, fail};
use crate::file::{File, OpenFile, wait_any};
use crate::net::{NodeKey, Place, Socket, Ucred};
use crate::task::{Cx, FdEntry};

/// What accept answers: the descriptor, and the peer's address if it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The new descriptor.
    pub fd: Fd,
    /// Who connected.
    pub peer: Option<SockAddr>,
}

/// socket(2).
pub(crate) fn sys_socket(
    cx: &mut Cx,
    family: SockFamily,
    kind: SockType,
    protocol: u32,
    flags: OpenFlags,
) -> SysResult<Fd> {
    let flags = creation_flags(flags)?;
    check_room(cx)?;
    let socket = cx.kernel.net().open(family, kind, protocol, own_ucred(cx))?;
    publish(cx, socket, flags, Rights::all())
}

/// socketpair(2), of unix sockets only (ENOTSUP is EOPNOTSUPP).
pub(crate) fn sys_socketpair(
    cx: &mut Cx,
    family: SockFamily,
    kind: SockType,
    protocol: u32,
    flags: OpenFlags,
) -> SysResult<(Fd, Fd)> {
    let flags = creation_flags(flags)?;
    check_room(cx)?;
    let (one, other) = cx.kernel.net().pair(family, kind, protocol, own_ucred(cx))?;
    let one = publish(cx, one, flags, Rights::all())?;
    match publish(cx, other, flags, Rights::all()) {
        Ok(other) => Ok((one, other)),
        Err(e) => {
            let entry = cx.process.fds.lock().remove(one);
            drop(entry);
            Err(e)
        }
    }
}

/// bind(2). A unix socket's path is made as a file.
pub(crate) fn sys_bind(cx: &mut Cx, fd: Fd, addr: &SockAddr) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::empty())?;
    let socket = socket_of(&file)?;
    let SockAddr::Unix(name @ UnixName::Path(path)) = addr else { return socket.bind(&place(cx, addr)?) };
    if socket.family() != SockFamily::Unix {
        return fail(Errno::EAFNOSUPPORT, "a socket of another family");
    }
    if socket.local()? != SockAddr::Unix(UnixName::Unnamed) {
        return fail(Errno::EINVAL, "bound already");
    }
    let stat = make_socket(cx, path)?;
    socket.bind(&Place::Unix(name.clone(), Some(NodeKey { dev: stat.dev, ino: stat.ino })))
}

/// connect(2). Once begun it goes on, also if the wait for it is cut short.
pub(crate) async fn sys_connect(cx: &mut Cx, fd: Fd, addr: &SockAddr) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::empty())?;
    let nonblock = file.flags().contains(OpenFlags::NONBLOCK);
    let place = place(cx, addr)?;
    loop {
        let socket = socket_of(&file)?;
        let room = socket.wait_for_room(&place);
        match socket.connect(&place) {
            Err(e) if e.errno == Errno::EAGAIN && !nonblock => cx.park(room).await?,
            Err(e) if e.errno == Errno::EINPROGRESS && !nonblock => return connected(cx, &file).await,
            done => return done,
        }
    }
}

/// Waits for the end of a connect that was begun.
async fn connected(cx: &mut Cx, file: &Arc<OpenFile>) -> SysResult<()> {
    let over = PollEvents::OUT | PollEvents::ERR | PollEvents::HUP;
    while !file.file().ready().intersects(over) {
        let watched: Arc<dyn File> = file.file().clone();
        let wait = watched.wait(PollEvents::OUT);
        cx.park(wait_any(vec![wait], || watched.ready().intersects(over).then_some(()))).await?;
    }
    match socket_of(file)?.take_error() {
        Some(errno) => Err(SysError::new(errno, "the connect failed")),
        None => Ok(()),
    }
}

/// listen(2).
pub(crate) fn sys_listen(cx: &mut Cx, fd: Fd, backlog: u32) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::empty())?;
    socket_of(&file)?.listen(backlog)
}

/// accept4(2). Waits for a connection. Without a number for it the connection goes on waiting.
pub(crate) async fn sys_accept(cx: &mut Cx, fd: Fd, flags: OpenFlags) -> SysResult<Accepted> {
    let file = file_with(cx, fd, Rights::SOCK_ACCEPT)?;
    socket_of(&file)?;
    let inheriting = cx.process.fds.lock().get(fd)?.inheriting;
    let nonblock = file.flags().contains(OpenFlags::NONBLOCK);
    let connection = until_done(cx, &file, PollEvents::IN, nonblock, |cx, file| {
        check_room(cx)?;
        socket_of(file)?.accept()
    })
    .await?;
    let peer = connection.peer().ok();
    let fd = publish(cx, connection, flags, inheriting)?;
    Ok(Accepted { fd, peer })
}

/// getsockname(2).
pub(crate) fn sys_getsockname(cx: &mut Cx, fd: Fd) -> SysResult<SockAddr> {
    let file = file_with(cx, fd, Rights::empty())?;
    socket_of(&file)?.local()
}

/// getpeername(2). ENOTCONN.
pub(crate) fn sys_getpeername(cx: &mut Cx, fd: Fd) -> SysResult<SockAddr> {
    let file = file_with(cx, fd, Rights::empty())?;
    socket_of(&file)?.peer()
}

/// shutdown(2).
pub(crate) fn sys_shutdown(cx: &mut Cx, fd: Fd, how: SockHow) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::SOCK_SHUTDOWN)?;
    let socket = socket_of(&file)?;
    if how.is_empty() {
        return fail(Errno::EINVAL, "neither half named");
    }
    socket.shutdown(how)
}

/// The socket that a description is of.
pub(super) fn socket_of(file: &OpenFile) -> SysResult<&Socket> {
    file.file().as_socket().ok_or(SysError::new(Errno::ENOTSOCK, "not a socket"))
}

/// An address as the network takes it, to connect or send to.
pub(super) fn place(cx: &Cx, addr: &SockAddr) -> SysResult<Place> {
    Ok(match addr {
        SockAddr::Unspecified => Place::Nowhere,
        SockAddr::Inet(addr) => Place::Inet(*addr),
        SockAddr::Unix(name @ UnixName::Path(path)) => {
            let stat = find_socket(cx, path)?;
            Place::Unix(name.clone(), Some(NodeKey { dev: stat.dev, ino: stat.ino }))
        }
        SockAddr::Unix(name) => Place::Unix(name.clone(), None),
    })
}

/// Who makes or sends something.
pub(super) fn own_ucred(cx: &Cx) -> Ucred {
    let credentials = &cx.process.credentials;
    Ucred { pid: cx.process.pid, uid: credentials.uid, gid: credentials.gid }
}

fn creation_flags(flags: OpenFlags) -> SysResult<OpenFlags> {
    let known = OpenFlags::NONBLOCK | OpenFlags::CLOEXEC;
    if known.contains(flags) { Ok(flags) } else { fail(Errno::EINVAL, "unknown flags") }
}

fn publish(cx: &mut Cx, socket: Arc<dyn File>, flags: OpenFlags, rights: Rights) -> SysResult<Fd> {
    let open = OpenFile::new(socket, AccessMode::ReadWrite, flags, None);
    let cloexec = flags.contains(OpenFlags::CLOEXEC);
    install(cx, FdEntry { cloexec, inheriting: rights, ..FdEntry::with_rights(open, rights) })
}
