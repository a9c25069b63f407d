//! Descriptors.

use gopherix_abi::wasip1::{FDSTAT_SIZE, Fdflags, filetype};
use gopherix_abi::{Advice, Errno, Fd, Rights, Whence};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::GuestMemory;
use gopherix_kernel::syscall::Listing;
use gopherix_kernel::task::Cx;

use crate::wire::{Iovecs, check_out, put_filestat, put_len, put_u64, set_times, slice, word};

/// Reads at the offset, or from the stream.
pub async fn fd_read(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    iovs: u32,
    iovs_len: u32,
    nread: u32,
) -> SysResult<()> {
    check_out(mem, nread, 4)?;
    let vecs = Iovecs::read(mem, iovs, iovs_len)?;
    let n = cx.sys_read(mem, Fd(fd), vecs.as_slice()).await?;
    put_len(mem, nread, n)
}

/// Writes at the offset, at the end (APPEND), or to the stream.
pub async fn fd_write(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    iovs: u32,
    iovs_len: u32,
    nwritten: u32,
) -> SysResult<()> {
    check_out(mem, nwritten, 4)?;
    let vecs = Iovecs::read(mem, iovs, iovs_len)?;
    let n = cx.sys_write(mem, Fd(fd), vecs.as_slice()).await?;
    put_len(mem, nwritten, n)
}

/// Reads at a given offset.
pub fn fd_pread(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    iovs: u32,
    iovs_len: u32,
    offset: u64,
    nread: u32,
) -> SysResult<()> {
    check_out(mem, nread, 4)?;
    let vecs = Iovecs::read(mem, iovs, iovs_len)?;
    let n = cx.sys_pread(mem, Fd(fd), vecs.as_slice(), offset)?;
    put_len(mem, nread, n)
}

/// Writes at a given offset.
pub fn fd_pwrite(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    iovs: u32,
    iovs_len: u32,
    offset: u64,
    nwritten: u32,
) -> SysResult<()> {
    check_out(mem, nwritten, 4)?;
    let vecs = Iovecs::read(mem, iovs, iovs_len)?;
    let n = cx.sys_pwrite(mem, Fd(fd), vecs.as_slice(), offset)?;
    put_len(mem, nwritten, n)
}

/// Moves the offset.
pub fn fd_seek(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    offset: u64,
    whence: u32,
    newoffset: u32,
) -> SysResult<()> {
    check_out(mem, newoffset, 8)?;
    let whence = match whence {
        0 => Whence::Set,
        1 => Whence::Cur,
        2 => Whence::End,
        _ => return fail(Errno::EINVAL, "unknown whence"),
    };
    put_u64(mem, newoffset, cx.sys_lseek(Fd(fd), offset.cast_signed(), whence)?)
}

/// Tells the offset.
pub fn fd_tell(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, offset: u32) -> SysResult<()> {
    cx.sys_lseek(Fd(fd), 0, Whence::Cur).and_then(|at| put_u64(mem, offset, at))
}

/// Takes advice.
pub fn fd_advise(
    cx: &mut Cx,
    _mem: &mut dyn GuestMemory,
    fd: u32,
    offset: u64,
    len: u64,
    advice: u32,
) -> SysResult<()> {
    let advice = match advice {
        0 => Ok(Advice::Normal),
        1 => Ok(Advice::Sequential),
        2 => Ok(Advice::Random),
        3 => Ok(Advice::WillNeed),
        4 => Ok(Advice::DontNeed),
        5 => Ok(Advice::NoReuse),
        _ => fail(Errno::EINVAL, "unknown advice"),
    };
    advice.and_then(|advice| cx.sys_fadvise(Fd(fd), offset, len, advice))
}

/// Makes sure of space.
pub fn fd_allocate(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32, offset: u64, len: u64) -> SysResult<()> {
    cx.sys_fallocate(Fd(fd), offset, len)
}

/// Closes.
pub fn fd_close(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32) -> SysResult<()> {
    cx.sys_close(Fd(fd))
}

/// Brings the data to the medium.
pub fn fd_datasync(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32) -> SysResult<()> {
    cx.sys_fdatasync(Fd(fd))
}

/// Brings data and attributes to the medium.
pub fn fd_sync(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32) -> SysResult<()> {
    cx.sys_fsync(Fd(fd))
}

/// Type, status flags and rights of a descriptor.
pub fn fd_fdstat_get(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, stat: u32) -> SysResult<()> {
    let (rights, inheriting) = cx.sys_cap_rights_get(Fd(fd))?;
    let file = cx.process.fds.lock().get(Fd(fd))?.file.clone();
    let kind = filetype(file.file().stat()?.kind);
    let flags = Fdflags::from_status(file.flags());
    let mut raw = [0; FDSTAT_SIZE];
    let fields = [u64::from(kind) | u64::from(flags.bits()) << 16, rights.bits(), inheriting.bits()];
    for (chunk, field) in raw.chunks_exact_mut(8).zip(fields) {
        chunk.copy_from_slice(&field.to_le_bytes());
    }
    mem.write(u64::from(stat), &raw)
}

/// Sets the status flags.
pub fn fd_fdstat_set_flags(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32, flags: u32) -> SysResult<()> {
    fdflags(flags).and_then(|flags| cx.sys_fcntl_setfl(Fd(fd), flags.to_status()))
}

/// Takes rights away.
pub fn fd_fdstat_set_rights(
    cx: &mut Cx,
    _mem: &mut dyn GuestMemory,
    fd: u32,
    rights: u64,
    inheriting: u64,
) -> SysResult<()> {
    match (Rights::from_bits(rights), Rights::from_bits(inheriting)) {
        (Some(rights), Some(inheriting)) => cx.sys_cap_rights_limit(Fd(fd), rights, inheriting),
        // A right that nobody can have is one that this descriptor lacks.
        _ => fail(Errno::ENOTCAPABLE, "unknown rights"),
    }
}

/// Attributes of an open file.
pub fn fd_filestat_get(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, buf: u32) -> SysResult<()> {
    cx.sys_fstat(Fd(fd)).and_then(|stat| put_filestat(mem, buf, &stat))
}

/// Sets the size.
pub fn fd_filestat_set_size(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32, size: u64) -> SysResult<()> {
    cx.sys_ftruncate(Fd(fd), size)
}

/// Sets the times.
pub fn fd_filestat_set_times(
    cx: &mut Cx,
    _mem: &mut dyn GuestMemory,
    fd: u32,
    atim: u64,
    mtim: u64,
    fst_flags: u32,
) -> SysResult<()> {
    set_times(atim, mtim, fst_flags).and_then(|(atime, mtime)| cx.sys_futimens(Fd(fd), atime, mtime))
}

/// Whether a descriptor is a directory that was handed to the program at its start, and the length of its name.
///
/// Only directories have a type here (0). What else was handed in below one, and a number below one that was left free, answer
/// type 1 with a name of length 0: programs look for their directories from 3 on, take EBADF for the end, and skip types they do not
/// know.
pub fn fd_prestat_get(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, buf: u32) -> SysResult<()> {
    let prestat = {
        let fds = cx.process.fds.lock();
        let follows = || fds.iter().any(|(other, entry)| other.0 > fd && entry.preopen.is_some());
        match fds.get(Fd(fd)).map(|entry| &entry.preopen) {
            Ok(Some(name)) => u64::try_from(name.len()).unwrap_or(0) << 32,
            Ok(None) if fd > 2 && follows() => 1,
            Err(_) if fd > 2 && fds.began_free(Fd(fd)) && follows() => 1,
            _ => return fail(Errno::EBADF, "not handed in at the start"),
        }
    };
    check_out(mem, buf, 8)?;
    put_u64(mem, buf, prestat)
}

/// The name of a directory that was handed in. ENAMETOOLONG if the buffer is too short.
pub fn fd_prestat_dir_name(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, path: u32, path_len: u32) -> SysResult<()> {
    check_out(mem, path, path_len)?;
    let entry = cx.process.fds.lock().get(Fd(fd))?.clone();
    match &entry.preopen {
        Some(name) if u64::try_from(name.len()).is_ok_and(|len| len <= u64::from(path_len)) => {
            mem.write(u64::from(path), name)
        }
        Some(_) => fail(Errno::ENAMETOOLONG, "buffer shorter than the name"),
        None => fail(Errno::ENOTDIR, "not handed in at the start"),
    }
}

/// Lists a directory: whole entries and, where the buffer ends, the beginning of one more.
pub fn fd_readdir(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    buf: u32,
    buf_len: u32,
    cookie: u64,
    bufused: u32,
) -> SysResult<()> {
    check_out(mem, buf, buf_len)?;
    check_out(mem, bufused, 4)?;
    let listing = cx.sys_getdents(Fd(fd), cookie)?;
    let entries = dirents(&listing, usize::try_from(buf_len).unwrap_or(usize::MAX));
    mem.write(slice(buf, buf_len).ptr, &entries)?;
    put_len(mem, bufused, entries.len())
}

/// Entries in wire form, at most `room` bytes.
fn dirents(listing: &Listing, room: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for (next, ino, kind, name) in listing.iter() {
        out.extend_from_slice(&next.to_le_bytes());
        out.extend_from_slice(&ino.to_le_bytes());
        out.extend_from_slice(&u32::try_from(name.len()).unwrap_or(0).to_le_bytes());
        out.extend_from_slice(&[filetype(kind), 0, 0, 0]);
        out.extend_from_slice(name);
        if out.len() >= room {
            break;
        }
    }
    out.truncate(room);
    out
}

/// Moves a descriptor to another number, which must be open and is closed.
pub fn fd_renumber(cx: &mut Cx, _mem: &mut dyn GuestMemory, fd: u32, to: u32) -> SysResult<()> {
    cx.process.fds.lock().get(Fd(to))?;
    cx.sys_dup2(Fd(fd), Fd(to))?;
    if fd == to { Ok(()) } else { cx.sys_close(Fd(fd)) }
}

/// `fdflags`. EINVAL for unknown ones.
pub(super) fn fdflags(flags: u32) -> SysResult<Fdflags> {
    match word(flags).and_then(Fdflags::from_bits) {
        Some(flags) => Ok(flags),
        None => fail(Errno::EINVAL, "unknown fdflags"),
    }
}
