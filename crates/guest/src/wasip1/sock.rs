//! Stream sockets.

use gopherix_abi::wasip1::Riflags;
use gopherix_abi::{Errno, Fd, MsgFlags, SockHow};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

use super::fd::fdflags;
use crate::wire::{Iovecs, check_out, put_len, put_u32, word};

/// Takes a connection from a listener that was handed in.
pub async fn sock_accept(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, flags: u32, opened: u32) -> SysResult<()> {
    check_out(mem, opened, 4)?;
    let new = cx.sys_accept(Fd(fd), fdflags(flags)?.to_status()).await?;
    put_u32(mem, opened, new.fd.0)
}

/// Receives.
pub async fn sock_recv(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    ri_data: u32,
    ri_data_len: u32,
    ri_flags: u32,
    ro_datalen: u32,
    ro_flags: u32,
) -> SysResult<()> {
    check_out(mem, ro_datalen, 4)?;
    check_out(mem, ro_flags, 2)?;
    let Some(flags) = word(ri_flags).and_then(Riflags::from_bits) else {
        return fail(Errno::EINVAL, "unknown riflags");
    };
    let vecs = Iovecs::read(mem, ri_data, ri_data_len)?;
    let mut wanted = MsgFlags::empty();
    wanted.set(MsgFlags::PEEK, flags.contains(Riflags::RECV_PEEK));
    wanted.set(MsgFlags::WAITALL, flags.contains(Riflags::RECV_WAITALL));
    let message = cx.sys_recv(mem, Fd(fd), vecs.as_slice(), wanted).await?;
    put_len(mem, ro_datalen, message.len)?;
    let truncated = u16::from(message.flags.contains(MsgFlags::TRUNC));
    mem.write(u64::from(ro_flags), &truncated.to_le_bytes())
}

/// Sends. There are no flags.
pub async fn sock_send(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    si_data: u32,
    si_data_len: u32,
    si_flags: u32,
    so_datalen: u32,
) -> SysResult<()> {
    if si_flags != 0 {
        return fail(Errno::EINVAL, "unknown siflags");
    }
    check_out(mem, so_datalen, 4)?;
    let vecs = Iovecs::read(mem, si_data, si_data_len)?;
    let n = cx.sys_send(mem, Fd(fd), vecs.as_slice()).await?;
    put_len(mem, so_datalen, n)
}

/// Ends halves of a connection.
pub fn sock_shutdown(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32, how: u32) -> SysResult<()> {
    let how = u8::try_from(how).ok().and_then(SockHow::from_bits);
    match how {
        Some(how) => cx.sys_shutdown(Fd(fd), how),
        None => fail(Errno::EINVAL, "unknown sdflags"),
    }
}
