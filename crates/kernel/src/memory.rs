//! Guest memory, by checked copies only.
//!
//! No reference into guest memory ever leaves an implementation: a guest may run on another thread (threads, a browser
//! Worker) and change bytes the kernel has just checked. So bytes are copied in once, checked, and copied out once.
//! Neighbours: adapters in `gopherix-guest` make [`UserSlice`]s from guest numbers, handlers copy through [`GuestMemory`].

use gopherix_abi::Errno;

use crate::error::{SysError, SysResult};

/// Most bytes one read or write call moves; longer requests are answered short, as POSIX permits for any file.
pub const MAX_RW: usize = 1 << 20;

/// A range of guest memory that a guest named; nothing about it is checked yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserSlice {
    /// The first byte's address.
    pub ptr: u64,
    /// Bytes.
    pub len: u64,
}

/// A guest's linear memory.
pub trait GuestMemory: Send {
    /// The present size in bytes.
    fn size(&self) -> u64;

    /// Copies guest memory at `ptr` into `into`.
    ///
    /// # Errors
    /// EFAULT if any byte lies outside the memory; then nothing is copied.
    fn read(&self, ptr: u64, into: &mut [u8]) -> SysResult<()>;

    /// Copies `from` to guest memory at `ptr`.
    ///
    /// # Errors
    /// EFAULT if any byte lies outside the memory; then nothing is copied.
    fn write(&mut self, ptr: u64, from: &[u8]) -> SysResult<()>;

    /// Checks that a range lies inside the memory (an empty one always does not have to).
    ///
    /// # Errors
    /// EFAULT.
    fn check(&self, slice: UserSlice) -> SysResult<()> {
        match slice.ptr.checked_add(slice.len) {
            Some(end) if end <= self.size() => Ok(()),
            _ => Err(EFAULT),
        }
    }
}

/// The error of a range outside guest memory.
pub const EFAULT: SysError = SysError::new(Errno::EFAULT, "address outside the guest's memory");

/// Guest memory that the caller holds exclusively, as a native home does while the guest waits in a call.
#[derive(Debug)]
pub struct SliceMemory<'a>(pub &'a mut [u8]);

impl SliceMemory<'_> {
    fn range(&self, ptr: u64, len: usize) -> SysResult<std::ops::Range<usize>> {
        let start = usize::try_from(ptr).map_err(|_| EFAULT)?;
        let end = start.checked_add(len).ok_or(EFAULT)?;
        if end <= self.0.len() { Ok(start..end) } else { Err(EFAULT) }
    }
}

impl GuestMemory for SliceMemory<'_> {
    fn size(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }

    fn read(&self, ptr: u64, into: &mut [u8]) -> SysResult<()> {
        let range = self.range(ptr, into.len())?;
        into.copy_from_slice(self.0.get(range).ok_or(EFAULT)?);
        Ok(())
    }

    fn write(&mut self, ptr: u64, from: &[u8]) -> SysResult<()> {
        let range = self.range(ptr, from.len())?;
        self.0.get_mut(range).ok_or(EFAULT)?.copy_from_slice(from);
        Ok(())
    }
}

/// How many bytes a vectored call moves: the sum of the lengths, at most [`MAX_RW`], after every range was checked.
///
/// # Errors
/// EFAULT if a range lies outside the memory, EINVAL if the lengths overflow a signed 32-bit sum (readv(2)).
pub fn vector_len(mem: &dyn GuestMemory, slices: &[UserSlice]) -> SysResult<usize> {
    let mut total: u64 = 0;
    for slice in slices {
        mem.check(*slice)?;
        total = total.saturating_add(slice.len);
    }
    if total > u64::from(u32::MAX) {
        return Err(SysError::new(Errno::EINVAL, "vector longer than 4 GiB"));
    }
    Ok(usize::try_from(total).unwrap_or(MAX_RW).min(MAX_RW))
}

/// Copies the first `into.len()` bytes of the vector into `into`.
///
/// # Errors
/// EFAULT.
pub fn gather(mem: &dyn GuestMemory, slices: &[UserSlice], mut into: &mut [u8]) -> SysResult<()> {
    for slice in slices {
        let len = usize::try_from(slice.len).unwrap_or(usize::MAX).min(into.len());
        let (head, tail) = into.split_at_mut_checked(len).ok_or(EFAULT)?;
        mem.read(slice.ptr, head)?;
        into = tail;
    }
    Ok(())
}

/// Copies `from` over the vector, front to back.
///
/// # Errors
/// EFAULT.
pub fn scatter(mem: &mut dyn GuestMemory, slices: &[UserSlice], mut from: &[u8]) -> SysResult<()> {
    for slice in slices {
        let len = usize::try_from(slice.len).unwrap_or(usize::MAX).min(from.len());
        let (head, tail) = from.split_at_checked(len).ok_or(EFAULT)?;
        mem.write(slice.ptr, head)?;
        from = tail;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked_at_both_ends() {
        let mut bytes = [0u8; 16];
        let mut mem = SliceMemory(&mut bytes);
        assert_eq!(mem.write(12, b"abcd"), Ok(()));
        assert_eq!(mem.write(13, b"abcd"), Err(EFAULT));
        assert_eq!(mem.write(u64::MAX, b"a"), Err(EFAULT));
        let mut four = [0; 4];
        assert_eq!(mem.read(12, &mut four), Ok(()));
        assert_eq!(&four, b"abcd");
        assert_eq!(mem.check(UserSlice { ptr: u64::MAX, len: 2 }), Err(EFAULT));
    }

    #[test]
    fn vectors_gather_and_scatter_in_order() {
        let mut bytes = *b"..ab....cd......";
        let mut mem = SliceMemory(&mut bytes);
        let v = [UserSlice { ptr: 2, len: 2 }, UserSlice { ptr: 8, len: 2 }];
        let mut out = [0; 4];
        gather(&mem, &v, &mut out).unwrap();
        assert_eq!(&out, b"abcd");
        scatter(&mut mem, &v, b"wxy").unwrap();
        assert_eq!(&bytes, b"..wx....yd......");
    }
}
