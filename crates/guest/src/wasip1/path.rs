//! Names.

use gopherix_abi::wasip1::{FILESTAT_SIZE, Lookupflags, Oflags};
use gopherix_abi::{AccessMode, At, AtFlags, Errno, Fd, Mode, OpenFlags, Rights};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::task::Cx;

use super::fd::fdflags;
use crate::wire::{check_out, path as get_path, put_filestat, put_len, put_u32, set_times, slice, word};

/// Permission bits of what a guest creates, before the umask: WASI has none, so these are what creat(2) and mkdir(2) usually
/// get.
const FILE_MODE: Mode = Mode(0o666);
const DIRECTORY_MODE: Mode = Mode(0o777);

/// Where a path starts: always at a descriptor, whatever its number. WASI has no working directory.
fn dir(fd: u32) -> At {
    At::Dir(Fd(fd))
}

/// `lookupflags` as AT_SYMLINK_NOFOLLOW. EINVAL for unknown ones.
fn lookup(flags: u32) -> SysResult<AtFlags> {
    match Lookupflags::from_bits(flags) {
        Some(flags) if flags.contains(Lookupflags::SYMLINK_FOLLOW) => Ok(AtFlags::empty()),
        Some(_) => Ok(AtFlags::SYMLINK_NOFOLLOW),
        None => fail(Errno::EINVAL, "unknown lookupflags"),
    }
}

/// Opens or creates a file. The rights asked for say whether for reading or writing.
#[expect(clippy::too_many_arguments, reason = "as the witx has it")]
pub fn path_open(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    dirflags: u32,
    path: u32,
    path_len: u32,
    oflags: u32,
    rights: u64,
    inheriting: u64,
    fdflags_: u32,
    opened: u32,
) -> SysResult<()> {
    check_out(mem, opened, 4)?;
    let path = get_path(mem, path, path_len)?;
    let flags = open_flags(dirflags, oflags, fdflags_)?;
    let (Some(rights), Some(inheriting)) = (Rights::from_bits(rights), Rights::from_bits(inheriting)) else {
        return fail(Errno::EINVAL, "unknown rights");
    };
    let access = AccessMode::new(rights.contains(Rights::FD_READ), rights.contains(Rights::FD_WRITE));
    // A directory is listed, not read; that it could also be written is what guests ask for without meaning it.
    let access = if flags.contains(OpenFlags::DIRECTORY) { AccessMode::ReadOnly } else { access };
    let new = cx.sys_openat(dir(fd), &path, flags, access, FILE_MODE, rights, inheriting)?;
    put_u32(mem, opened, new.fd.0)
}

fn open_flags(dirflags: u32, oflags: u32, fdflags_: u32) -> SysResult<OpenFlags> {
    let Some(oflags) = word(oflags).and_then(Oflags::from_bits) else {
        return fail(Errno::EINVAL, "unknown oflags");
    };
    let mut flags = fdflags(fdflags_)?.to_status();
    flags.set(OpenFlags::NOFOLLOW, lookup(dirflags)?.contains(AtFlags::SYMLINK_NOFOLLOW));
    flags.set(OpenFlags::CREAT, oflags.contains(Oflags::CREAT));
    flags.set(OpenFlags::DIRECTORY, oflags.contains(Oflags::DIRECTORY));
    flags.set(OpenFlags::EXCL, oflags.contains(Oflags::EXCL));
    flags.set(OpenFlags::TRUNC, oflags.contains(Oflags::TRUNC));
    Ok(flags)
}

/// Creates a directory.
pub fn path_create_directory(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    path: u32,
    path_len: u32,
) -> SysResult<()> {
    get_path(mem, path, path_len).and_then(|path| cx.sys_mkdirat(dir(fd), &path, DIRECTORY_MODE))
}

/// Attributes of a named file.
pub fn path_filestat_get(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    flags: u32,
    path: u32,
    path_len: u32,
    buf: u32,
) -> SysResult<()> {
    check_out(mem, buf, u32::try_from(FILESTAT_SIZE).unwrap_or(u32::MAX))?;
    let path = get_path(mem, path, path_len)?;
    let stat = cx.sys_fstatat(dir(fd), &path, lookup(flags)?)?;
    put_filestat(mem, buf, &stat)
}

/// Sets the times of a named file.
pub fn path_filestat_set_times(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    flags: u32,
    path: u32,
    path_len: u32,
    atim: u64,
    mtim: u64,
    fst_flags: u32,
) -> SysResult<()> {
    let path = get_path(mem, path, path_len)?;
    let (atime, mtime) = set_times(atim, mtim, fst_flags)?;
    cx.sys_utimensat(dir(fd), &path, atime, mtime, lookup(flags)?)
}

/// Makes another name for a file.
pub fn path_link(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    old_fd: u32,
    old_flags: u32,
    old_path: u32,
    old_path_len: u32,
    new_fd: u32,
    new_path: u32,
    new_path_len: u32,
) -> SysResult<()> {
    let old = get_path(mem, old_path, old_path_len)?;
    let new = get_path(mem, new_path, new_path_len)?;
    let follow = !lookup(old_flags)?.contains(AtFlags::SYMLINK_NOFOLLOW);
    let flags = if follow { AtFlags::SYMLINK_FOLLOW } else { AtFlags::empty() };
    cx.sys_linkat(dir(old_fd), &old, dir(new_fd), &new, flags)
}

/// Reads a symbolic link, as much of it as fits.
pub fn path_readlink(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    path: u32,
    path_len: u32,
    buf: u32,
    buf_len: u32,
    bufused: u32,
) -> SysResult<()> {
    check_out(mem, buf, buf_len)?;
    check_out(mem, bufused, 4)?;
    let path = get_path(mem, path, path_len)?;
    let target = cx.sys_readlinkat(dir(fd), &path)?;
    let len = usize::try_from(buf_len).unwrap_or(usize::MAX).min(target.len());
    mem.write(slice(buf, buf_len).ptr, target.get(..len).unwrap_or_default())?;
    put_len(mem, bufused, len)
}

/// Removes an empty directory.
pub fn path_remove_directory(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    path: u32,
    path_len: u32,
) -> SysResult<()> {
    get_path(mem, path, path_len).and_then(|path| cx.sys_unlinkat(dir(fd), &path, AtFlags::REMOVEDIR))
}

/// Moves a name.
pub fn path_rename(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    old_path: u32,
    old_path_len: u32,
    new_fd: u32,
    new_path: u32,
    new_path_len: u32,
) -> SysResult<()> {
    let old = get_path(mem, old_path, old_path_len)?;
    let new = get_path(mem, new_path, new_path_len)?;
    cx.sys_renameat(dir(fd), &old, dir(new_fd), &new)
}

/// Creates a symbolic link.
pub fn path_symlink(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    old_path: u32,
    old_path_len: u32,
    fd: u32,
    new_path: u32,
    new_path_len: u32,
) -> SysResult<()> {
    let target = get_path(mem, old_path, old_path_len)?;
    let path = get_path(mem, new_path, new_path_len)?;
    cx.sys_symlinkat(&target, dir(fd), &path)
}

/// Removes a name that is not a directory's.
pub fn path_unlink_file(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, path: u32, path_len: u32) -> SysResult<()> {
    get_path(mem, path, path_len).and_then(|path| cx.sys_unlinkat(dir(fd), &path, AtFlags::empty()))
}
