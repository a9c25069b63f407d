//! Wire forms: iovecs, paths, attributes, times, flag words.

use gopherix_abi::wasip1::{FILESTAT_SIZE, Fstflags, IOVEC_SIZE, filetype};
use gopherix_abi::{Errno, SetTime, Stat, Timespec};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::{GuestMemory, UserSlice};
use gopherix_kernel::vfs::walk::PATH_MAX;

/// Most buffers in one vectored call (IOV_MAX).
const IOV_MAX: u32 = 1024;
/// Vectors up to this long are decoded without an allocation.
const INLINE: usize = 8;

/// A decoded vector of buffers.
pub(crate) struct Iovecs {
    inline: [UserSlice; INLINE],
    len: usize,
    spilled: Vec<UserSlice>,
}

impl Iovecs {
    /// Decodes `count` iovecs at `ptr`. EINVAL past IOV_MAX, EFAULT.
    pub(crate) fn read(mem: &dyn GuestMemory, ptr: u32, count: u32) -> SysResult<Iovecs> {
        if count > IOV_MAX {
            return fail(Errno::EINVAL, "more than IOV_MAX buffers");
        }
        let len = usize::try_from(count).unwrap_or(0);
        let mut vecs = Iovecs { inline: [UserSlice { ptr: 0, len: 0 }; INLINE], len, spilled: Vec::new() };
        if len > INLINE {
            vecs.spilled.resize(len, UserSlice { ptr: 0, len: 0 });
        }
        let slots =
            if len > INLINE { vecs.spilled.as_mut_slice() } else { vecs.inline.get_mut(..len).unwrap_or_default() };
        let mut at = u64::from(ptr);
        for slot in slots {
            let mut raw = [0; 8];
            mem.read(at, &mut raw)?;
            let raw = u64::from_le_bytes(raw);
            *slot = UserSlice { ptr: raw & 0xffff_ffff, len: raw >> 32 };
            at = at.saturating_add(u64::from(IOVEC_SIZE));
        }
        Ok(vecs)
    }

    pub(crate) fn as_slice(&self) -> &[UserSlice] {
        if self.len > INLINE { &self.spilled } else { self.inline.get(..self.len).unwrap_or_default() }
    }
}

/// A range of guest memory.
pub(crate) fn slice(ptr: u32, len: u32) -> UserSlice {
    UserSlice { ptr: u64::from(ptr), len: u64::from(len) }
}

/// Copies a path in: at most PATH_MAX bytes (ENAMETOOLONG), UTF-8 (EILSEQ).
pub(crate) fn path(mem: &dyn GuestMemory, ptr: u32, len: u32) -> SysResult<Vec<u8>> {
    let wanted = slice(ptr, len);
    mem.check(wanted)?;
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    if len >= PATH_MAX {
        return fail(Errno::ENAMETOOLONG, "path longer than PATH_MAX");
    }
    let mut bytes = vec![0; len];
    mem.read(wanted.ptr, &mut bytes)?;
    match std::str::from_utf8(&bytes) {
        Ok(_) => Ok(bytes),
        Err(_) => fail(Errno::EILSEQ, "path is not UTF-8"),
    }
}

pub(crate) fn put_u32(mem: &mut dyn GuestMemory, ptr: u32, value: u32) -> SysResult<()> {
    mem.write(u64::from(ptr), &value.to_le_bytes())
}

pub(crate) fn put_u64(mem: &mut dyn GuestMemory, ptr: u32, value: u64) -> SysResult<()> {
    mem.write(u64::from(ptr), &value.to_le_bytes())
}

/// Writes a count of bytes moved.
pub(crate) fn put_len(mem: &mut dyn GuestMemory, ptr: u32, value: usize) -> SysResult<()> {
    put_u32(mem, ptr, u32::try_from(value).unwrap_or(u32::MAX))
}

/// Checks that a result can be written before anything happens, so that no effect is lost with a bad pointer.
pub(crate) fn check_out(mem: &dyn GuestMemory, ptr: u32, len: u32) -> SysResult<()> {
    mem.check(slice(ptr, len))
}

/// Attributes as WASI has them.
pub(crate) fn filestat(stat: &Stat) -> [u8; FILESTAT_SIZE] {
    let fields = [
        stat.dev,
        stat.ino,
        filetype(stat.kind).into(),
        stat.nlink,
        stat.size,
        stat.atime.as_nanos(),
        stat.mtime.as_nanos(),
        stat.ctime.as_nanos(),
    ];
    let mut raw = [0; FILESTAT_SIZE];
    for (to, field) in raw.chunks_exact_mut(8).zip(fields) {
        to.copy_from_slice(&field.to_le_bytes());
    }
    raw
}

pub(crate) fn put_filestat(mem: &mut dyn GuestMemory, ptr: u32, stat: &Stat) -> SysResult<()> {
    mem.write(u64::from(ptr), &filestat(stat))
}

/// The two times of a set_times call. EINVAL if one is to be both given and now.
pub(crate) fn set_times(atim: u64, mtim: u64, flags: u32) -> SysResult<(SetTime, SetTime)> {
    let flags = word(flags).and_then(Fstflags::from_bits);
    let Some(flags) = flags else { return fail(Errno::EINVAL, "unknown fstflags") };
    let one = |given: Fstflags, now: Fstflags, nanos: u64| match (flags.contains(given), flags.contains(now)) {
        (true, true) => fail(Errno::EINVAL, "a time cannot be both given and now"),
        (true, false) => Ok(SetTime::At(Timespec::from_nanos(nanos))),
        (false, true) => Ok(SetTime::Now),
        (false, false) => Ok(SetTime::Omit),
    };
    let atime = one(Fstflags::ATIM, Fstflags::ATIM_NOW, atim)?;
    Ok((atime, one(Fstflags::MTIM, Fstflags::MTIM_NOW, mtim)?))
}

/// A 16-bit flag word out of its wasm i32; `None` if higher bits are set.
pub(crate) fn word(value: u32) -> Option<u16> {
    u16::try_from(value).ok()
}
