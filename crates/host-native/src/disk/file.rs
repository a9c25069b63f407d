//! An open file of the host's disk.
//!
//! The handle's own offset is used by appends alone, which is how they learn where they ended. Lock: `positions`, held
//! exclusively by an append and shared by positioned writes (see [`DiskFile::append_by_flag`]); nothing is locked under it.

use std::io::IoSlice;
use std::os::fd::OwnedFd;
use std::sync::{PoisonError, RwLock};

use gopherix_abi::{Errno, Mode, SetTime, Stat};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::platform::HostFile;
use rustix::fs::{self, FallocateFlags, OFlags};
use rustix::io::{self, Errno as Host, ReadWriteFlags};

use super::{convert, perm};
use crate::errno::from_host;

/// The offset that makes pwritev2(2) use and move the handle's own.
const OWN_OFFSET: u64 = u64::MAX;
/// Bytes of zeros written at once where a file system cannot reserve space.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

pub(super) struct DiskFile {
    fd: OwnedFd,
    positions: RwLock<()>,
}

impl DiskFile {
    pub(super) fn new(fd: OwnedFd) -> Self {
        DiskFile { fd, positions: RwLock::new(()) }
    }

    /// Appends where pwritev2 cannot (Linux before 4.16, gVisor): by the flag O_APPEND, set for the moment. As pwrite(2)
    /// would append too while it is set, the caller holds `positions` exclusively.
    fn append_by_flag(&self, buf: &[u8]) -> io::Result<usize> {
        let flags = fs::fcntl_getfl(&self.fd)?;
        fs::fcntl_setfl(&self.fd, flags.union(OFlags::APPEND))?;
        let written = io::retry_on_intr(|| io::write(&self.fd, buf));
        fs::fcntl_setfl(&self.fd, flags)?;
        written
    }

    /// Takes space by writing zeros from the present end up to `end`. Holes before the end stay holes.
    fn fill(&self, end: u64) -> io::Result<()> {
        let size = u64::try_from(fs::fstat(&self.fd)?.st_size).unwrap_or(0);
        let mut at = size;
        while at < end {
            let len = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX).min(ZEROS.len());
            match io::retry_on_intr(|| io::pwrite(&self.fd, ZEROS.get(..len).unwrap_or_default(), at)) {
                Ok(n) => at = at.saturating_add(u64::try_from(n).unwrap_or(0)),
                Err(e) => {
                    fs::ftruncate(&self.fd, size)?;
                    return Err(e);
                }
            }
        }
        Ok(())
    }
}

impl HostFile for DiskFile {
    fn stat(&self) -> SysResult<Stat> {
        fs::fstat(&self.fd).map(|stat| convert::stat(&stat)).map_err(from_host)
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> SysResult<usize> {
        io::retry_on_intr(|| io::pread(&self.fd, &mut *buf, offset)).map_err(from_host)
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> SysResult<usize> {
        let _no_append = self.positions.read().unwrap_or_else(PoisonError::into_inner);
        io::retry_on_intr(|| io::pwrite(&self.fd, buf, offset)).map_err(from_host)
    }

    fn append(&self, buf: &[u8]) -> SysResult<(usize, u64)> {
        if buf.is_empty() {
            // Writing nothing does not move the offset, so it would not tell the end.
            return Ok((0, self.stat()?.size));
        }
        let _alone = self.positions.write().unwrap_or_else(PoisonError::into_inner);
        let slices = [IoSlice::new(buf)];
        let pwritev2 = || io::pwritev2(&self.fd, &slices, OWN_OFFSET, ReadWriteFlags::APPEND);
        let written = match io::retry_on_intr(pwritev2) {
            Err(Host::NOTSUP | Host::NOSYS) => self.append_by_flag(buf),
            written => written,
        };
        let written = written.map_err(from_host)?;
        Ok((written, fs::tell(&self.fd).map_err(from_host)?))
    }

    fn set_len(&self, len: u64) -> SysResult<()> {
        fs::ftruncate(&self.fd, len).map_err(from_host)
    }

    fn allocate(&self, offset: u64, len: u64) -> SysResult<()> {
        let result = match fs::fallocate(&self.fd, FallocateFlags::empty(), offset, len) {
            Err(Host::NOTSUP | Host::NOSYS) => {
                let Some(end) = offset.checked_add(len) else { return fail(Errno::EFBIG, "past the largest file") };
                let _alone = self.positions.write().unwrap_or_else(PoisonError::into_inner);
                self.fill(end)
            }
            result => result,
        };
        result.map_err(from_host)
    }

    fn sync(&self, data_only: bool) -> SysResult<()> {
        if data_only { fs::fdatasync(&self.fd) } else { fs::fsync(&self.fd) }.map_err(from_host)
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> SysResult<()> {
        fs::futimens(&self.fd, &convert::times(atime, mtime)).map_err(from_host)
    }

    fn set_mode(&self, mode: Mode) -> SysResult<()> {
        perm::change_mode(&self.fd, mode)
    }

    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> SysResult<()> {
        perm::change_owner(&self.fd, uid, gid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> DiskFile {
        DiskFile::new(tempfile::tempfile().unwrap().into())
    }

    #[test]
    fn appending_by_flag_goes_to_the_end_and_leaves_no_flag_behind() {
        let file = scratch();
        file.write_at(b"abc", 0).unwrap();
        assert_eq!(file.append_by_flag(b"def").unwrap(), 3);
        assert_eq!(fs::tell(&file.fd).unwrap(), 6);
        file.write_at(b"X", 0).unwrap();
        let mut buf = [0; 16];
        assert_eq!(file.read_at(&mut buf, 0).unwrap(), 6);
        assert_eq!(&buf[..6], b"Xbcdef");
    }

    #[test]
    fn filling_grows_with_zeros_and_keeps_what_is_there() {
        let file = scratch();
        file.write_at(b"abc", 0).unwrap();
        file.fill(200_000).unwrap();
        assert_eq!(file.stat().unwrap().size, 200_000);
        file.fill(10).unwrap();
        assert_eq!(file.stat().unwrap().size, 200_000, "never shrinks");
        let mut buf = [1; 5];
        file.read_at(&mut buf, 0).unwrap();
        assert_eq!(&buf, b"abc\0\0");
    }
}
