//! Sockets.
//!
//! Sizes of addresses and control data that a call tells are in and out: the room is read first, the true size written.

#[cfg(test)]
mod tests;
mod wire;

use core::net::SocketAddr;

use gopherix_abi::gopherix::sockaddr;
use gopherix_abi::{Errno, Fd, MsgFlags, OpenFlags, SockAddr, SockFamily, SockType};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

use self::wire::{Room, addr_bytes, bytes, get_addr, get_control, get_option, put_all};
use crate::wire::{check_out, put_len, put_u32, slice};

/// Longest name of a host.
const NAME_MAX: usize = 1024;

/// The type of a socket and its flags, which Linux has in one word.
fn kind_and_flags(kind: u32) -> SysResult<(SockType, OpenFlags)> {
    let flags = OpenFlags::NONBLOCK | OpenFlags::CLOEXEC;
    match SockType::from_number(kind & !flags.bits()) {
        Some(ty) => Ok((ty, OpenFlags::from_bits_truncate(kind & flags.bits()))),
        None => fail(Errno::EPROTONOSUPPORT, "unknown type of socket"),
    }
}

fn family_of(family: u32) -> SysResult<SockFamily> {
    match SockFamily::from_number(family) {
        Some(family) => Ok(family),
        None => fail(Errno::EAFNOSUPPORT, "unknown address family"),
    }
}

/// Makes a socket.
pub fn sock_open(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    family: u32,
    kind: u32,
    protocol: u32,
    fd: u32,
) -> SysResult<()> {
    check_out(mem, fd, 4)?;
    let family = family_of(family)?;
    let (kind, flags) = kind_and_flags(kind)?;
    let new = cx.sys_socket(family, kind, protocol, flags)?;
    put_u32(mem, fd, new.0)
}

/// Makes two sockets that are connected.
pub fn sock_pair(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    family: u32,
    kind: u32,
    protocol: u32,
    fds: u32,
) -> SysResult<()> {
    check_out(mem, fds, 8)?;
    let family = family_of(family)?;
    let (kind, flags) = kind_and_flags(kind)?;
    let (one, other) = cx.sys_socketpair(family, kind, protocol, flags)?;
    put_u32(mem, fds, one.0)?;
    put_u32(mem, fds.saturating_add(4), other.0)
}

/// Gives a socket an address.
pub fn sock_bind(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, addr: u32, addr_len: u32) -> SysResult<()> {
    let addr = get_addr(mem, addr, addr_len)?;
    cx.sys_bind(Fd(fd), &addr)
}

/// Connects a socket.
pub async fn sock_connect(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, addr: u32, addr_len: u32) -> SysResult<()> {
    let addr = get_addr(mem, addr, addr_len)?;
    cx.sys_connect(Fd(fd), &addr).await
}

/// Makes a socket wait for connections.
pub fn sock_listen(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32, backlog: u32) -> SysResult<()> {
    cx.sys_listen(Fd(fd), backlog)
}

/// Takes a connection.
pub async fn sock_accept(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    flags: u32,
    opened: u32,
    addr: u32,
    addr_len: u32,
) -> SysResult<()> {
    check_out(mem, opened, 4)?;
    let room = Room::read(mem, addr, addr_len)?;
    let flags = OpenFlags::from_bits(flags).filter(|f| (OpenFlags::NONBLOCK | OpenFlags::CLOEXEC).contains(*f));
    let Some(flags) = flags else { return fail(Errno::EINVAL, "unknown flags") };
    let new = cx.sys_accept(Fd(fd), flags).await?;
    room.put(mem, &new.peer.as_ref().map(addr_bytes).unwrap_or_default())?;
    put_u32(mem, opened, new.fd.0)
}

/// Tells a socket's address, or its peer's.
pub fn sock_name(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    peer: u32,
    addr: u32,
    addr_len: u32,
) -> SysResult<()> {
    let room = Room::read(mem, addr, addr_len)?;
    let name = if peer == 0 { cx.sys_getsockname(Fd(fd))? } else { cx.sys_getpeername(Fd(fd))? };
    room.put(mem, &addr_bytes(&name))
}

/// Tells an option.
pub fn sock_getopt(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    level: u32,
    option: u32,
    value: u32,
    value_len: u32,
) -> SysResult<()> {
    // Less room than the value needs cuts it off, as getsockopt(2) does.
    let room = Room::read(mem, value, value_len)?;
    let answer = wire::option_bytes(&cx.sys_getsockopt(Fd(fd), level, option)?);
    room.put(mem, answer.get(..room.bytes()).unwrap_or(&answer))
}

/// Sets an option.
pub fn sock_setopt(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    level: u32,
    option: u32,
    value: u32,
    value_len: u32,
) -> SysResult<()> {
    let value = get_option(mem, (level, option), value, value_len)?;
    cx.sys_setsockopt(Fd(fd), level, option, &value)
}

/// Receives.
#[expect(clippy::too_many_arguments, reason = "as the module has it")]
pub async fn sock_recv(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    buf: u32,
    buf_len: u32,
    control: u32,
    control_len: u32,
    flags: u32,
    out_flags: u32,
    addr: u32,
    addr_len: u32,
    nread: u32,
) -> SysResult<()> {
    check_out(mem, nread, 4)?;
    if out_flags != 0 {
        check_out(mem, out_flags, 4)?;
    }
    let (from, control) = (Room::read(mem, addr, addr_len)?, Room::read(mem, control, control_len)?);
    let Some(flags) = MsgFlags::from_bits(flags) else { return fail(Errno::EINVAL, "unknown flags") };
    let room = wire::control_room(control.bytes());
    let message = cx.sys_recvmsg(mem, Fd(fd), &[slice(buf, buf_len)], room, flags).await?;
    from.put(mem, &message.from.as_ref().map(addr_bytes).unwrap_or_default())?;
    control.put(mem, &wire::control_bytes(&message.fds))?;
    if out_flags != 0 {
        put_u32(mem, out_flags, message.flags.bits())?;
    }
    put_len(mem, nread, message.len)
}

/// Sends.
#[expect(clippy::too_many_arguments, reason = "as the module has it")]
pub async fn sock_send(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    buf: u32,
    buf_len: u32,
    control: u32,
    control_len: u32,
    flags: u32,
    addr: u32,
    addr_len: u32,
    nwritten: u32,
) -> SysResult<()> {
    check_out(mem, nwritten, 4)?;
    let to = if addr_len == 0 { None } else { Some(get_addr(mem, addr, addr_len)?) };
    let fds = get_control(mem, control, control_len)?;
    let Some(flags) = MsgFlags::from_bits(flags) else { return fail(Errno::EINVAL, "unknown flags") };
    let n = cx.sys_sendmsg(mem, Fd(fd), &[slice(buf, buf_len)], to.as_ref(), &fds, flags).await?;
    put_len(mem, nwritten, n)
}

/// Finds the addresses of a name; family 0 is any.
pub async fn sock_resolve(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    name: u32,
    name_len: u32,
    family: u32,
    buf: u32,
    buf_len: u32,
    used: u32,
) -> SysResult<()> {
    check_out(mem, used, 4)?;
    check_out(mem, buf, buf_len)?;
    let family = match family {
        0 => None,
        family => match family_of(family)? {
            SockFamily::Unix => return fail(Errno::EAFNOSUPPORT, "names have internet addresses"),
            family => Some(family),
        },
    };
    let name = bytes(mem, name, name_len, NAME_MAX)?;
    let addresses = cx.sys_getaddrinfo(&name, family).await?;
    let mut answer = Vec::with_capacity(addresses.len().saturating_mul(sockaddr::INET_SIZE));
    for ip in addresses {
        answer.extend(addr_bytes(&SockAddr::Inet(SocketAddr::new(ip, 0))));
    }
    put_all(mem, buf, buf_len, used, &answer)
}

/// Tells the network's interfaces.
pub fn sock_interfaces(cx: &mut Cx, mem: &mut dyn GuestMemory, buf: u32, buf_len: u32, used: u32) -> SysResult<()> {
    check_out(mem, used, 4)?;
    check_out(mem, buf, buf_len)?;
    let answer = wire::interface_bytes(&cx.sys_getifaddrs()?);
    put_all(mem, buf, buf_len, used, &answer)
}
