//! Socket options: getsockopt(2), setsockopt(2).
//!
//! Neither waits. Common errors: EBADF, ENOTSOCK, ENOPROTOOPT (no such option), EINVAL (no such value).

use gopherix_abi::sockopt::{SO_LINGER, SO_PEERCRED, SOL_SOCKET};
use gopherix_abi::{Errno, Fd, Rights, SockFamily};

use super::file_with;
use super::socket::socket_of;
use crate::error::{SysResult, fail};
use crate::net::Ucred;
use crate::task::Cx;

/// The value of a socket option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionValue {
    /// A number; all options but the following.
    Number(i32),
    /// SO_LINGER: seconds, if it is on.
    Linger(Option<u32>),
    /// SO_PEERCRED; only told.
    Peer(Ucred),
    /// A structure that the network knows, such as the membership in a group; only set.
    Raw(Vec<u8>),
}

/// getsockopt(2).
pub(crate) fn sys_getsockopt(cx: &mut Cx, fd: Fd, level: u32, name: u32) -> SysResult<OptionValue> {
    let file = file_with(cx, fd, Rights::empty())?;
    let socket = socket_of(&file)?;
    match (level, name) {
        (SOL_SOCKET, SO_LINGER) => Ok(OptionValue::Linger(socket.linger())),
        (SOL_SOCKET, SO_PEERCRED) if socket.family() == SockFamily::Unix => match socket.peer_credentials() {
            Some(peer) => Ok(OptionValue::Peer(peer)),
            None => fail(Errno::ENOTCONN, "not connected"),
        },
        _ => socket.option(level, name).map(OptionValue::Number),
    }
}

/// setsockopt(2).
pub(crate) fn sys_setsockopt(cx: &mut Cx, fd: Fd, level: u32, name: u32, value: &OptionValue) -> SysResult<()> {
    let file = file_with(cx, fd, Rights::empty())?;
    let socket = socket_of(&file)?;
    match (value, (level, name)) {
        (OptionValue::Linger(linger), (SOL_SOCKET, SO_LINGER)) => socket.set_linger(*linger),
        (OptionValue::Number(number), _) => socket.set_option(level, name, *number),
        (OptionValue::Raw(raw), _) => socket.set_raw_option(level, name, raw),
        (OptionValue::Linger(_) | OptionValue::Peer(_), _) => fail(Errno::EINVAL, "not a value of this option"),
    }
}
