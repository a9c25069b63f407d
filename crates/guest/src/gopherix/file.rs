//! Files, where WASI preview 1 falls short: modes and owners, pipes, fifos, duplicates.
//!
//! Paths are resolved from the process' working directory, and may lead anywhere in its tree.

use gopherix_abi::gopherix::STAT_SIZE;
use gopherix_abi::wasip1::FILESTAT_SIZE;
use gopherix_abi::{Access, At, AtFlags, Errno, Fd, Mode, OpenFlags, Stat};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::{EFAULT, GuestMemory};
use gopherix_kernel::task::Cx;

use crate::wire::{check_out, filestat, path as read_path, put_u32, put_u64, word};

/// Makes a pipe; writes the descriptor to read at `fds`, the one to write after it.
pub fn pipe(cx: &mut Cx, mem: &mut dyn GuestMemory, fds: u32, flags: u32) -> SysResult<()> {
    check_out(mem, fds, 8)?;
    let Some(flags) = OpenFlags::from_bits(flags) else { return fail(Errno::EINVAL, "unknown flags") };
    let [read, write] = cx.sys_pipe2(flags)?;
    put_u64(mem, fds, u64::from(read.0) | u64::from(write.0) << 32)
}

/// Another descriptor for what `fd` stands for, at the lowest free number from `min` on.
pub fn dup(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, min: u32, to: u32) -> SysResult<()> {
    check_out(mem, to, 4)?;
    let new = cx.sys_dupfd(Fd(fd), Fd(min), false)?;
    put_u32(mem, to, new.0)
}

/// Whether a file may be read (4), written (2) and executed (1); whether it is there (0).
pub fn access(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    path: u32,
    path_len: u32,
    mode: u32,
    flags: u32,
) -> SysResult<()> {
    let Some(access) = word(mode).and_then(Access::from_bits) else { return fail(Errno::EINVAL, "unknown mode bits") };
    // Real and effective ids are the same here: AT_EACCESS, which has this bit, asks nothing more.
    let flags = at_flags(flags & !AtFlags::REMOVEDIR.bits())?;
    let path = read_path(mem, path, path_len)?;
    cx.sys_faccessat(At::Cwd, &path, access, flags)
}

/// Attributes of a named file.
pub fn stat(cx: &mut Cx, mem: &mut dyn GuestMemory, flags: u32, path: u32, path_len: u32, stat: u32) -> SysResult<()> {
    check_out(mem, stat, STAT_SIZE_U32)?;
    let flags = at_flags(flags)?;
    let path = read_path(mem, path, path_len)?;
    let found = cx.sys_fstatat(At::Cwd, &path, flags)?;
    put_stat(mem, stat, &found)
}

/// Attributes of an open file.
pub fn fstat(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, stat: u32) -> SysResult<()> {
    check_out(mem, stat, STAT_SIZE_U32)?;
    let found = cx.sys_fstat(Fd(fd))?;
    put_stat(mem, stat, &found)
}

/// Sets the permission bits of a named file.
pub fn chmod(cx: &mut Cx, mem: &mut dyn GuestMemory, path: u32, path_len: u32, mode: u32) -> SysResult<()> {
    let mode = permissions(mode)?;
    let path = read_path(mem, path, path_len)?;
    cx.sys_fchmodat(At::Cwd, &path, mode, AtFlags::empty())
}

/// Sets the permission bits of an open file.
pub fn fchmod(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32, mode: u32) -> SysResult<()> {
    permissions(mode).and_then(|mode| cx.sys_fchmod(Fd(fd), mode))
}

/// Sets owner and group of a named file; all ones leaves one as it is.
pub fn chown(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    flags: u32,
    path: u32,
    path_len: u32,
    uid: u32,
    gid: u32,
) -> SysResult<()> {
    let flags = at_flags(flags)?;
    let path = read_path(mem, path, path_len)?;
    cx.sys_fchownat(At::Cwd, &path, id(uid), id(gid), flags)
}

/// Sets owner and group of an open file; all ones leaves one as it is.
pub fn fchown(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32, uid: u32, gid: u32) -> SysResult<()> {
    cx.sys_fchown(Fd(fd), id(uid), id(gid))
}

/// Sets the permission bits that new files do not get, and tells the old ones.
pub fn umask(cx: &mut Cx, mem: &mut dyn GuestMemory, mask: u32, old: u32) -> SysResult<()> {
    check_out(mem, old, 4)?;
    let mask = u16::try_from(mask & 0o777).unwrap_or(0);
    let before = cx.sys_umask(Mode(mask))?;
    put_u32(mem, old, before.0.into())
}

/// Creates a fifo.
pub fn mkfifo(cx: &mut Cx, mem: &mut dyn GuestMemory, path: u32, path_len: u32, mode: u32) -> SysResult<()> {
    let mode = permissions(mode)?;
    let path = read_path(mem, path, path_len)?;
    cx.sys_mkfifoat(At::Cwd, &path, mode)
}

const STAT_SIZE_U32: u32 = 80;
const _: () = assert!(STAT_SIZE == 80);

fn put_stat(mem: &mut dyn GuestMemory, ptr: u32, stat: &Stat) -> SysResult<()> {
    let mut raw = [0; STAT_SIZE];
    let (head, tail) = raw.split_at_mut_checked(FILESTAT_SIZE).ok_or(EFAULT)?;
    head.copy_from_slice(&filestat(stat));
    for (to, word) in tail.chunks_exact_mut(4).zip([u32::from(stat.mode.0), stat.uid, stat.gid]) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    mem.write(u64::from(ptr), &raw)
}

fn at_flags(flags: u32) -> SysResult<AtFlags> {
    match AtFlags::from_bits(flags) {
        Some(flags) if AtFlags::SYMLINK_NOFOLLOW.contains(flags) => Ok(flags),
        _ => fail(Errno::EINVAL, "only AT_SYMLINK_NOFOLLOW"),
    }
}

fn permissions(mode: u32) -> SysResult<Mode> {
    match word(mode).map(Mode) {
        Some(mode) if mode.without(Mode::ALL) == Mode(0) => Ok(mode),
        _ => fail(Errno::EINVAL, "more than permission bits"),
    }
}

fn id(id: u32) -> Option<u32> {
    (id != u32::MAX).then_some(id)
}
